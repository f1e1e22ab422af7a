"""The explorers of the notebooks, and drawings that only one lesson needs: a module for each.

A module is called as its notebook, without the number: `from aehelpers.course.explorers import
start_here`. It may import all else of the package; nothing else imports it.
"""
