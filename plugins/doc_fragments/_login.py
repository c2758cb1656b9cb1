# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.

from __future__ import annotations


class ModuleDocFragment:
    # The login options of every module.
    DOCUMENTATION = r"""
options:
  login_host:
    description:
      - Hosts of one or several OBServers of the cluster, or of OBProxy (ODP) in front of it. Each is a host name or an
        IP address, C(host:port) or C([IPv6 address]:port). A text with commas is a list.
      - The first one that answers is used. If the connection is lost, or an OBServer takes no sessions at the moment,
        the next one is tried, round and round within the time that the task has. A wrong password is told at once.
      - If not given, the environment variable E(OCEANBASE_LOGIN_HOST) is used, then C(host) in O(config_file),
        then V(127.0.0.1).
      - Mutually exclusive with O(login_unix_socket).
    type: list
    elements: str
  login_port:
    description:
      - Port of the OBServer (usually 2881) or of OBProxy (usually 2883), for those of O(login_host) that name none.
      - If not given, the environment variable E(OCEANBASE_LOGIN_PORT) is used, then C(port) in O(config_file),
        then V(2881).
      - Mutually exclusive with O(login_unix_socket).
    type: int
  login_user:
    description:
      - User and tenant. It must be in the sys tenant, since clone jobs are visible only there.
      - Directly to an OBServer this is V(root@sys), through OBProxy C(root@sys#cluster).
      - If not given, the environment variable E(OCEANBASE_LOGIN_USER) is used, then C(user) in O(config_file),
        then V(root@sys).
    type: str
  login_password:
    description:
      - Password of O(login_user).
      - If not given, the environment variable E(OCEANBASE_LOGIN_PASSWORD) is used, then C(password) in O(config_file),
        then no password. An empty string is a given value, and means no password.
    type: str
  login_unix_socket:
    description:
      - Unix socket to connect to, instead of a host and port.
      - If not given, C(socket) in O(config_file) is used, unless a host is named anywhere.
      - Mutually exclusive with O(login_host) and O(login_port).
    type: path
  config_file:
    description:
      - A MySQL option file whose section C([client]) may name C(host), C(port), C(user), C(password), C(socket),
        C(ssl-ca), C(ssl-cert) and C(ssl-key).
      - It is read only when named here, on the host that runs the module, as MySQL programs read it. For example,
        C(#) begins a comment anywhere except in quotes.
      - A file that cannot be read, is broken, can be changed by anybody, includes other files or has no section
        C([client]) is an error.
    type: path
  connect_timeout:
    description:
      - Seconds until a connection that is not answered counts as failed. Each address in O(login_host) has that time;
        the next one is tried beside it after a quarter of a second.
    type: int
    default: 10
  read_timeout:
    description:
      - Seconds until a statement that is not answered counts as lost.
      - The session's C(ob_query_timeout) is set below this time, and to 10 seconds at most, so that the server gives
        a statement up before the module does.
    type: int
    default: 30
  ca_cert:
    description:
      - Path to the CA certificate (PEM) that must have signed the server's certificate.
      - If named, the connection is made with TLS 1.2 or later and the server is verified; there is no fallback to a
        plain connection. If not named, TLS is not tried, and of all ways to ask for a password only
        C(mysql_native_password) is answered, which does not tell it.
      - If not given, the environment variable E(OCEANBASE_CA_CERT) is used, then C(ssl-ca) in O(config_file).
    type: path
  client_cert:
    description:
      - Path to a client certificate (PEM). Needs O(ca_cert).
      - If not given, C(ssl-cert) in O(config_file) is used.
    type: path
  client_key:
    description:
      - Path to the private key (PEM, without a passphrase) of O(client_cert).
      - If not given, C(ssl-key) in O(config_file) is used.
    type: path
  check_hostname:
    description: Whether the server's certificate must hold its name in O(login_host). Matters only with O(ca_cert).
    type: bool
    default: true
  session_vars:
    description:
      - Session variables to set right after the login, as a dictionary of names and values.
      - C(time_zone), C(character_set_client), C(character_set_results) and C(character_set_connection) cannot be set,
        because the module reads all times in UTC and all texts in UTF-8, nor C(sql_select_limit), because it must see
        every row. C(autocommit) cannot be switched off.
    type: dict
    default: {}
requirements:
  - PyMySQL >= 1.0.2 (on the host that runs the module)
"""
