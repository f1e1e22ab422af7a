"""What is handed out: student and teacher editions, a course to grade, pages to print."""
