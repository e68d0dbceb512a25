#!/usr/bin/python3
# units-test.py: what systemd says of the units
#
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def main():
    program, units = os.environ['USHER_TEST_PROGRAM'], [pathlib.Path(path) for path in sys.argv[1:]]
    analyze = shutil.which('systemd-analyze')
    if analyze is None:
        print('1..0 # SKIP there is no systemd-analyze')
        return

    print('1..2')
    with tempfile.TemporaryDirectory() as folder:
        for unit in units:
            text = re.sub(r'^ExecStart=\S+', f'ExecStart={program}', unit.read_text(), flags=re.M)
            (pathlib.Path(folder) / unit.name).write_text(text)
        shutil.copy(pathlib.Path(folder) / 'usher@.service', pathlib.Path(folder) / 'usher@orders.service')
        names = [str(path) for path in sorted(pathlib.Path(folder).iterdir()) if '@.' not in path.name]
        result = subprocess.run([analyze, 'verify', '--man=no', *names], capture_output=True, text=True)
        said = [line for line in result.stderr.splitlines() if folder in line or 'usher' in line]
        for line in said:
            print('#', line)
        wrong = result.returncode != 0 or said
        print('not ok' if wrong else 'ok', '1 - systemd finds nothing wrong with the units')

    # every command of a unit is one that the program has
    known = subprocess.run([program, '--help'], capture_output=True, text=True).stdout
    missing = []
    for unit in units:
        for command in re.findall(r'^ExecStart=\S+ (\S+)', unit.read_text(), flags=re.M):
            if not re.search(rf'^  {command}\b', known, flags=re.M):
                missing.append(f'{unit.name}: {command}')
    for line in missing:
        print('#', line)
    print('not ok' if missing else 'ok', '2 - the program has the commands of the units')


main()
