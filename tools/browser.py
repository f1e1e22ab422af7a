"""A real browser on a real server, for tests and benchmarks.

Chromium is driven by Playwright. JupyterLab, Notebook or Voila serve notebooks out of a folder
of their own, on a free port of this machine, behind a token.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

TIMEOUT = 600  # seconds, for what hangs: on a busy machine a server takes a minute to start
# What the tests want to be different from JupyterLab's defaults.
JUPYTERLAB_SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # every cell is there all the time
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
COMMANDS = {
    "lab": ["jupyterlab", "--LabApp.expose_app_in_browser=True"],
    "notebook": ["notebook", "--JupyterNotebookApp.expose_app_in_browser=True"],
    "voila": ["voila"],
}
URL_PATHS = {
    "lab": "lab/workspaces/{workspace}/tree/{name}",  # a workspace reopens what it had open
    "notebook": "notebooks/{name}",
    "voila": "voila/render/{name}",
}


class NoChromiumError(FileNotFoundError):
    """No Chromium is on the PATH."""


@contextmanager
def chromium():
    """Open this system's Chromium without a window, as Playwright's Browser.

    Raises NoChromiumError if none is on the PATH.
    """
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM_PROGRAMS)), None)
    if program is None:
        raise NoChromiumError(
            f"no Chromium on the PATH (looked for {', '.join(CHROMIUM_PROGRAMS)}); "
            "Debian and Ubuntu: apt install chromium"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=CHROMIUM_FLAGS, timeout=1000 * TIMEOUT
        )
        browser.new_context = _with_timeout(browser.new_context)
        try:
            yield browser
        finally:
            browser.close()


def _with_timeout(new_context):
    """Return new_context with tabs that wait for TIMEOUT and not for half a minute."""

    def new_context_with_timeout(**options):
        context = new_context(**options)
        context.set_default_timeout(1000 * TIMEOUT)
        return context

    return new_context_with_timeout


class Server:
    """An application that serves notebooks from `folder`; `address(name)` opens one of them."""

    def __init__(self, application, folder):
        self.application, self.folder = application, Path(folder)
        self.notebooks = self.folder / "notebooks"
        self.token = secrets.token_hex(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def address(self, name):
        """Return the URL that opens the notebook of that name."""
        page = URL_PATHS[self.application].format(workspace=secrets.token_hex(4), name=name)
        return f"http://127.0.0.1:{self.port}/{page}?token={self.token}"

    def command(self):
        """Return the command line that starts the application."""
        options = ["--no-browser", f"--port={self.port}"]
        if self.application == "voila":
            options += [f"--token={self.token}", "--Voila.ip=127.0.0.1", "."]
        else:
            options += ["--allow-root", "--ip=127.0.0.1", "--ServerApp.port_retries=0"]
        return [sys.executable, "-m", *COMMANDS[self.application], *options]

    def environment(self):
        """Return this process's variables, changed so that Jupyter finds nobody's files."""
        own = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
        }
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        return (
            os.environ
            | {name: str(self.folder / place) for name, place in own.items()}
            | {"JUPYTER_TOKEN": self.token, "PYTHONPATH": path}
        )


@contextmanager
def serving(application, folder, notebooks):
    """Start "lab", "notebook" or "voila" on {name: text} in an empty folder as a Server."""
    server = Server(application, folder)
    server.notebooks.mkdir()
    for name, text in notebooks.items():
        (server.notebooks / name).write_text(text, "utf-8")
    for name, value in JUPYTERLAB_SETTINGS.items():
        file = server.folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value), "utf-8")
    log = server.folder / "server.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            server.command(),
            env=server.environment(),
            cwd=server.notebooks,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(server, process, log)
        yield server
    finally:
        process.terminate()  # it ends its kernels
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(server, process, log):
    """Wait until the server answers. Raises RuntimeError with its log if it does not start."""
    give_up = time.monotonic() + TIMEOUT
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/api", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return  # the server answers, if only that it has no such page
        except OSError:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(
                    f"{server.application} did not start:\n{log.read_text('utf-8')}"
                ) from None
            time.sleep(0.1)


def run_all(tab, timeout=TIMEOUT):
    """Run all cells of the notebook in JupyterLab or Notebook, and wait for the last one.

    timeout : in seconds, for the start of the kernel and again for the cells.
    """
    current = "window.jupyterapp?.shell.currentWidget"
    kernel = f"{current}?.sessionContext?.session?.kernel"
    tab.wait_for_function(f"{kernel}?.status === 'idle'", timeout=1000 * timeout)
    tab.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    # Every cell of code has a number once it is done, and the last one is done last.
    done = f"""[...{current}.content.model.cells].every(
        cell => cell.type !== 'code' || !cell.sharedModel.getSource().trim()
            || (cell.executionCount !== null && cell.executionState !== 'running'))
        && {kernel}.status === 'idle'"""
    tab.wait_for_function(done, timeout=1000 * timeout)
