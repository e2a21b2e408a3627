"""A network cable between two TAP devices: each frame comes out at the other end after a delay, in its order.

Run as `cable.py NEAR FAR` it makes the devices of these names and says `ready`. On its standard input it is told the
delay each way, `delay MILLISECONDS`, and answers with the same line when it counts. It ends with its standard input,
and the devices with it. For kernels that cannot delay by themselves (netem).
"""

import errno
import fcntl
import os
import select
import struct
import sys
import time
from collections import deque

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
# Longer than any frame of a device with the usual MTU.
FRAME = 65536
# Frames on their way, each way. Beyond that they wait in the kernel's own queue, which drops what has no room.
ROOM = 4096


class Direction:
    """What is on its way from one end to the other."""

    def __init__(self, source, target):
        self.source = source
        self.target = target
        self.frames = deque()

    def take(self, delay):
        """Whatever has come in, as far as there is room."""
        due = time.monotonic() + delay
        while len(self.frames) < ROOM:
            try:
                self.frames.append((due, os.read(self.source, FRAME)))
            except BlockingIOError:
                return

    def give(self):
        """Hand over what is due; seconds until the next is, or None."""
        while self.frames:
            due, frame = self.frames[0]
            wait = due - time.monotonic()
            if wait > 0:
                return wait
            self.frames.popleft()
            try:
                os.write(self.target, frame)
            except OSError as refused:
                # EIO: this end is down. A cable drops what nobody takes.
                if refused.errno not in (errno.EIO, errno.EAGAIN, errno.ENOBUFS):
                    raise
        return None


def tap(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return device


def serve(near, far):
    directions = (Direction(near, far), Direction(far, near))
    delay = 0.0
    told = b""
    while True:
        waits = [wait for wait in [each.give() for each in directions] if wait is not None]
        readable = [0] + [each.source for each in directions if len(each.frames) < ROOM]
        ready, _, _ = select.select(readable, [], [], min(waits, default=None))
        for each in directions:
            if each.source in ready:
                each.take(delay)
        if 0 not in ready:
            continue
        part = os.read(0, 4096)
        if part == b"":
            return
        *lines, told = (told + part).split(b"\n")
        for line in lines:
            word, _, milliseconds = line.decode().partition(" ")
            if word != "delay":
                sys.exit(f"cable.py: expected `delay MILLISECONDS`, found {line.decode()!r}")
            delay = float(milliseconds) / 1000
            print(f"delay {milliseconds}", flush=True)


def main():
    if len(sys.argv) != 3:
        sys.exit("cable.py: expected the names of two devices")
    near, far = (tap(name) for name in sys.argv[1:])
    print("ready", flush=True)
    try:
        serve(near, far)
    except OSError as gone:
        # EBADFD: the namespace of one end was removed, and its device with it.
        if gone.errno != errno.EBADFD:
            raise


if __name__ == "__main__":
    main()
