"""Interrupts a cell of the java kernel through Jupyter's own client, and goes on in the same session.

Uses the kernel "java" of JUPYTER_PATH. Exit status: 0 it went on, 1 it did not, 3 this Python has no jupyter_client.
"""

import sys
from queue import Empty
from typing import Any, Dict

try:
    from jupyter_client.manager import start_new_kernel
except ImportError:
    sys.exit(3)

SECONDS = 60
# Listens to nothing: only the sleep after it notices an interrupt.
LOOP = 'System.out.println("looping"); while (true) { long n = 0; while (n < 10_000_000) n++; Thread.sleep(1); }'


def shown(client: Any, request: str, kind: str) -> Dict[str, Any]:
    """The content of the first message of that kind that the request made the kernel publish."""
    while True:
        message = client.get_iopub_msg(timeout=SECONDS)
        if message["parent_header"].get("msg_id") == request and message["msg_type"] == kind:
            return message["content"]


def reply(client: Any, request: str) -> Dict[str, Any]:
    while True:
        message = client.get_shell_msg(timeout=SECONDS)
        if message["parent_header"].get("msg_id") == request:
            return message["content"]


def interrupt_and_go_on(manager: Any, client: Any) -> str:
    """What was wrong; nothing if all went well."""
    request = client.execute("int kept = 41; " + LOOP)
    shown(client, request, "stream")
    manager.interrupt_kernel()
    answer = reply(client, request)
    if answer["status"] != "error" or "interrupt" not in answer["evalue"]:
        return f"expected the interrupted cell to fail with its interrupt, found {answer}"
    request = client.execute("kept + 1")
    found = shown(client, request, "execute_result")["data"]["text/plain"]
    return "" if found == "42" else f"expected 42 from the session that was interrupted, found {found!r}"


def main() -> int:
    manager, client = start_new_kernel(startup_timeout=SECONDS, kernel_name="java")
    try:
        wrong = interrupt_and_go_on(manager, client)
    except Empty:
        wrong = f"the kernel said nothing for {SECONDS} s"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if wrong:
        print(wrong, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
