# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the mock when its folder is run: python3 .../ob_mock [options]."""

from __future__ import annotations

import os
import sys

# Python puts the folder itself on the path; the package is found from the folder above.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from ob_mock.cli import main  # noqa: E402  (it can be found only from here on)

sys.exit(main())
