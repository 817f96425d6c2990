#!/usr/bin/python3
"""Debian's openstack client, loaded once.

Each line on standard input is a command as JSON: its number, arguments, environment, folder, and the files for its output
and errors. Each runs in a process of its own, forked from this one, so it begins as fresh as a new one would, without the
seconds that Python takes to read the client. On standard output comes a line for each that has ended: its number and its
exit code.
"""
import gc
import importlib
import json
import os
import signal
import sys
import traceback

sys.argv = ["openstack"]  # its name, as it says it itself

from openstackclient import shell
from stevedore import ExtensionManager

# What the client loads by itself when a command is run: its plug-ins, and those of the library that logs it in.
for module in (
    "cliff.formatters.json_format",
    "cliff.formatters.table",
    "openstack.connection",
    "openstackclient.compute.v2.server",
    "openstackclient.identity.v3.project",
    "openstackclient.image.v2.image",
    "openstackclient.network.v2.network",
    "openstackclient.volume.v3.volume",
):
    try:
        importlib.import_module(module)
    except ImportError:
        pass  # another version has it elsewhere, and loads it when it needs it
for group in (
    "cliff.formatter.list",
    "cliff.formatter.show",
    "keystoneauth1.plugin",
    "openstack.cli.base",
    "openstack.cli.extension",
):
    ExtensionManager(group, on_load_failure_callback=lambda *_: None)


def run(call):
    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor, file in ((1, call["output"]), (2, call["errors"])):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), descriptor)
    sys.argv = ["openstack"] + call["arguments"]
    code = 1
    try:
        code = shell.main(sys.argv[1:])
    except SystemExit as asked:
        code = asked.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)  # without taking all down first


def run_and_tell(call):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told = os.dup(1)
    child = os.fork()
    if child == 0:
        os.close(told)
        run(call)
    _, status = os.waitpid(child, 0)
    os.write(told, b"%d %d\n" % (call["number"], os.waitstatus_to_exitcode(status)))
    os._exit(0)


signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that tell
gc.freeze()  # shared with all that are forked from here
for line in iter(sys.stdin.buffer.readline, b""):
    if os.fork() == 0:
        run_and_tell(json.loads(line))
