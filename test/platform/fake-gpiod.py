#!/usr/bin/env -S python3 -IS
"""Stands in for libgpiod's tools at the kernel's edge: a folder is the chip, a lock on a file is the kernel's request.

Speaks the arguments and formats of 1.6.3 and of 2.2.1, told apart by the file `version` beside the links to this program.
Arguments that the real version does not know are refused, as getopt does.
"""

import fcntl
import os
import select
import sys
import time
from pathlib import Path

STATE = Path(os.path.abspath(sys.argv[0])).parent / "state"
TOOL = Path(sys.argv[0]).name
MAJOR = int((STATE / "version").read_text()[0])

# Options of the real programs that we may use; the value says whether an argument follows.
KNOWN = {
    (1, "gpiodetect"): {"--version": False},
    (1, "gpioinfo"): {},
    (1, "gpioget"): {"--bias": True},
    (1, "gpiomon"): {"--bias": True, "--line-buffered": False, "--format": True},
    (1, "gpioset"): {"--bias": True, "--mode": True},
    (2, "gpiodetect"): {"--version": False},
    (2, "gpioinfo"): {"--chip": True},
    (2, "gpioget"): {
        "--numeric": False,
        "--consumer": True,
        "--hold-period": True,
        "--bias": True,
        "--chip": True,
        "--as-is": False,
    },
    (2, "gpiomon"): {
        "--banner": False,
        "--edges": True,
        "--format": True,
        "--consumer": True,
        "--bias": True,
        "--chip": True,
        "--debounce-period": True,
    },
    (2, "gpioset"): {"--banner": False, "--consumer": True, "--chip": True, "--bias": True},
}


def die(text: str) -> None:
    print(f"{TOOL}: {text}", file=sys.stderr)
    sys.exit(1)


def note(name: str, text: str) -> None:
    with open(STATE / name, "a") as file:
        file.write(text + "\n")


def arguments() -> tuple[dict[str, str], list[str]]:
    known = KNOWN[(MAJOR, TOOL)]
    options: dict[str, str] = {}
    rest: list[str] = []
    todo = sys.argv[1:]
    while todo:
        one = todo.pop(0)
        if not one.startswith("-"):
            rest.append(one)
            continue
        name, equals, value = one.partition("=")
        if name not in known:
            die(f"unrecognized option '{one}'")
        options[name] = value if equals else (todo.pop(0) if known[name] else "")
    return options, rest


def told(name: str) -> str:
    """What a test asks for: a file with that name, empty when there is none."""
    try:
        return (STATE / name).read_text().strip()
    except FileNotFoundError:
        return ""


def die_after() -> float:
    """When a program that holds a line dies by itself."""
    return time.monotonic() + float(told("die_after") or "inf")


def level(offset: int) -> int:
    return int(told(f"level{offset}") or "0")


ERRORS = {
    (1, "gpioget"): "error reading GPIO values",
    (1, "gpiomon"): "error waiting for events",
    (1, "gpioset"): "error setting the GPIO line values",
    (2, "gpioget"): "unable to request lines",
    (2, "gpiomon"): "unable to request lines on chip '/dev/gpiochip3'",
    (2, "gpioset"): "unable to request lines on chip '/dev/gpiochip3'",
}


def request(offset: int, consumer: str):
    """The kernel's request of a line: ends with the process, however that ends."""
    refused = told("refuse")
    if refused:
        die(f"{ERRORS[(MAJOR, TOOL)]}: {refused}")
    file = open(STATE / f"held{offset}", "a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        die(f"{ERRORS[(MAJOR, TOOL)]}: Device or resource busy")
    file.truncate(0)
    file.write(f"{consumer} {os.getpid()}")
    file.flush()
    return file


def holder(offset: int) -> str:
    """Takes no lock: looking must not make a request fail that comes at the same moment."""
    try:
        consumer, pid = (STATE / f"held{offset}").read_text().split(" ")
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except (OSError, ValueError):
        return ""
    return "" if state in "ZX" else consumer


def detect() -> None:
    options, _ = arguments()
    if "--version" in options:
        print(f"gpiodetect (libgpiod) v{told('version')}")
        return
    print("gpiochip0 [raspberrypi-exp-gpio] (8 lines)")
    if not told("no_chip"):
        print(f"gpiochip3 [{told('label') or 'pinctrl-bcm2711'}] (58 lines)")


def info() -> None:
    options, rest = arguments()
    chip = rest[0] if MAJOR == 1 else options["--chip"]
    print(f"{chip} - 58 lines:")
    for offset in range(58):
        name, used = f'"GPIO{offset}"', holder(offset)
        way = told(f"direction{offset}") or "input"
        if MAJOR == 1:
            user = f'"{used}"' if used else "unused"
            print(f"\tline {offset:3}: {name:>12} {user:>12} {way:>8} active-high {'[used]' if used else ''}")
        else:
            print(f"\tline {offset:3}:\t{name}\t\t{way}" + (f' consumer="{used}"' if used else ""))


def target(options: dict[str, str], rest: list[str]) -> str:
    chip = rest.pop(0) if MAJOR == 1 else options.get("--chip", "")
    if chip != "gpiochip3":
        die(f"cannot find GPIO chip character device '{chip}'")
    return rest[0]


def get() -> None:
    options, rest = arguments()
    offset = int(target(options, rest))
    note("calls", f"gpioget {offset} {options.get('--bias', 'as-is')}")
    line = request(offset, "gpioget")
    if "--as-is" not in options:
        (STATE / f"direction{offset}").write_text("input")
    time.sleep(float(told("slow_get") or 0))
    print(told("get_says") or level(offset))
    line.close()


def mon() -> None:
    options, rest = arguments()
    offset = int(target(options, rest))
    note("begun", f"gpiomon {offset}")
    time.sleep(float(told("slow_start") or 0))
    while told("wait_at_start"):
        time.sleep(0.002)
    line = request(offset, options.get("--consumer", "gpiomon"))
    note("calls", f"gpiomon {offset} {options.get('--bias', 'as-is')} {options.get('--debounce-period', '')}")
    if told("die_at_start"):
        die("error polling for events: No such device")
    before = level(offset)
    if "--banner" in options:
        print(f"Monitoring line '{offset}'...", flush=True)
    lives_until = die_after()
    while time.monotonic() < lives_until:
        now = level(offset)
        if now != before:
            before = now
            edge = now if MAJOR == 1 else (1 if now else 2)
            text = options["--format"].replace("%e", str(edge)).replace("%o", str(offset))
            print(text, flush=MAJOR == 2 or "--line-buffered" in options)
        says = told("say_once")
        if says:
            (STATE / "say_once").unlink()
            print(says, flush=True)
        time.sleep(0.002)
    line.close()
    die("error polling for events: No such device")


def put() -> None:
    options, rest = arguments()
    offset_text, _, value = target(options, rest).partition("=")
    offset = int(offset_text)
    time.sleep(float(told("slow_start") or 0))
    line = request(offset, options.get("--consumer", "gpioset"))
    (STATE / f"direction{offset}").write_text("output")
    (STATE / f"level{offset}").write_text(value)
    note("calls", f"gpioset {offset} {value}")
    if "--banner" in options:
        print(f"Setting line '{offset}'...", flush=True)
    if MAJOR == 1 and options.get("--mode") != "wait":
        sys.exit(0)
    lives_until = die_after()
    while time.monotonic() < lives_until:
        # Version 1 ends at the end of its standard input.
        readable, _, _ = select.select([sys.stdin] if MAJOR == 1 else [], [], [], 0.01)
        if readable and sys.stdin.read(1) == "":
            sys.exit(0)
    line.close()
    die("the line was lost")


{"gpiodetect": detect, "gpioinfo": info, "gpioget": get, "gpiomon": mon, "gpioset": put}[TOOL]()
