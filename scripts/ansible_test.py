# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Runs the ansible-test of this Python on a staged copy: ``python scripts/ansible_test.py sanity --local``.

ansible-test keeps its virtual environments and its copy of get-pip in the home folder, and would download get-pip
from a server of its own. Here it gets a home folder below .cache, and a get-pip that needs no download of that kind.
Each Python has folders of its own, so that two releases of ansible-core can run side by side.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from stage import REPOSITORY, stage

PYTHON = f"python{sys.version_info[0]}.{sys.version_info[1]}"
FOLDER = f"ansible-test/{PYTHON}"
BASE_PYTHON = str(Path(sys.base_prefix) / "bin" / PYTHON)
HOME = REPOSITORY / ".cache" / FOLDER / "home"
# One for each pip version that ansible-test 2.19 and 2.21 ask for, depending on the Python.
GET_PIP_NAMES = ("get_pip_20_3_4.py", "get_pip_24_2.py", "get_pip_25_2.py")
GET_PIP = """\
import subprocess
import sys

try:
    import ensurepip
except ImportError:  # Debian splits it off: the pip of the Python that made .venv installs from outside
    subprocess.check_call([{base_python!r}, '-m', 'pip', '--python', sys.executable, 'install', '--quiet', 'pip'])
else:
    ensurepip.bootstrap(upgrade=True)
"""


def prepare_home(real_home: Path) -> None:
    """Fills the home folder for ansible-test: get-pip, and the user's own pip settings from ``real_home``."""
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for name in GET_PIP_NAMES:
        (cache / name).write_text(GET_PIP.format(base_python=BASE_PYTHON), encoding="utf-8")
    for settings in (Path(".pip"), Path(".config", "pip")):
        link = HOME / settings
        if (real_home / settings).is_dir() and not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(real_home / settings)


def search_path(real_home: Path) -> str:
    """Returns PATH with pyenv's Pythons before its shims: the shim of an inactive version stops ansible-test."""
    pyenv = Path(os.environ.get("PYENV_ROOT", real_home / ".pyenv"))
    return os.pathsep.join([
        str(Path(sys.prefix) / "bin"), *map(str, sorted(pyenv.glob("versions/3.*/bin"))), os.environ["PATH"]])


def main() -> int:
    """Passes the command line on to ansible-test and returns its exit code."""
    real_home = Path.home()
    prepare_home(real_home)
    environment = {**os.environ, "HOME": str(HOME), "PATH": search_path(real_home)}
    # ansible-test finds the collection by where it stands; this would only confuse it.
    environment.pop("ANSIBLE_COLLECTIONS_PATH", None)
    copy = stage(f"{FOLDER}/{sys.argv[1]}")
    # It asks the nearest git repository for the list of files; ours ignores .cache.
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
    return subprocess.run(["ansible-test", *sys.argv[1:]], cwd=copy, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
