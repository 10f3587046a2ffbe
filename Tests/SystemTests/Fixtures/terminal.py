#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A terminal for `chaosctl top`: shows it two sizes, ends it with Ctrl-C, and tells what it painted.

    terminal.py COMMAND ARGUMENT...

Prints, one a line: `first COLUMNS ROWS` of the largest frame at 100 by 30, `second COLUMNS ROWS` of
the largest at 30 by 8, `colour` or `plain`, `restored` or `left`, and `status CODE`.
"""
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time

PATIENCE = 20  # seconds


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def frames(text):
    """Whole frames: each begins with the cursor at home and ends with an erased rest."""
    return [part.split("\x1b[J")[0] for part in text.split("\x1b[H")[1:] if "\x1b[J" in part]


def size(frame):
    # The terminal's driver writes a return in front of each line feed once more.
    lines = re.sub(r"\x1b\[[0-9;]*[mK]|\r", "", frame).split("\n")
    return max(map(len, lines)), len(lines)


pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
resize(terminal, 30, 100)
text, deadline = "", time.monotonic() + PATIENCE


def read_until(passes):
    global text
    while not passes():
        if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            sys.exit(f"it never came: {text!r}")
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:  # Linux: the other end is closed
            part = b""
        if not part:
            return
        text += part.decode(errors="replace")


# The first frame may have met the size that the terminal began with.
read_until(lambda: len(frames(text)) >= 3)
first = size(frames(text)[-1])
resize(terminal, 8, 30)
count = len(frames(text))
read_until(lambda: len(frames(text)) >= count + 3)
second = size(frames(text)[-1])
os.write(terminal, b"\x03")
read_until(lambda: False)
_, status = os.waitpid(pid, 0)
print("first", *first)
print("second", *second)
print("colour" if re.search(r"\x1b\[[0-9;]*m", text) else "plain")
is_restored = text.startswith("\x1b[?1049h") and text.endswith("\x1b[?25h\x1b[?1049l")
print("restored" if is_restored else "left")
print("status", os.waitstatus_to_exitcode(status))
