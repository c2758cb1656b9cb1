# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State of the mocked cluster: tenants, users, unit configs, resource pools, parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Set, Tuple

from .clock import Clock
from .parameters import Parameters
from .tables import KeyedTable, Table, fold, open_database

SYS_TENANT_ID = 1
FIRST_USER_TENANT_ID = 1002
ZONE = "zone1"
MAX_SCN = 2 ** 64 - 1


@dataclass
class Tenant:
    """A row of DBA_OB_TENANTS; times are UTC microseconds. The archive fields are for the start rules."""

    tenant_id: int
    tenant_name: str
    status: str = "NORMAL"
    role: Optional[str] = "PRIMARY"
    in_recyclebin: str = "NO"
    locked: str = "NO"
    create_time: int = 0
    modify_time: int = 0
    primary_zone: str = "RANDOM"
    locality: str = "FULL{1}@" + ZONE
    compatible: str = ""
    archive_state: str = "DOING"
    archive_lagging: bool = False
    unit_num: int = 1

    @property
    def kind(self) -> str:
        """
        Returns SYS, META or USER: user tenants have even ids, the meta tenant of each is one less (facts: Tenants).
        """
        if self.tenant_id == SYS_TENANT_ID:
            return "SYS"
        return "META" if self.tenant_id % 2 else "USER"


@dataclass
class User:
    """A user of one tenant; privileges holds (level, privilege), level is ``*.*``, ``db.*`` or ``db.table``."""

    tenant_id: int
    name: str
    password: str = ""
    locked: bool = False
    privileges: Set[Tuple[str, str]] = field(default_factory=set)

    def may(self, *privileges: str, database: str = "*", table: str = "*") -> bool:
        """Returns whether one of the privileges is granted at user level, on the database or on the table."""
        levels = ("*.*", database.lower() + ".*", "%s.%s" % (database.lower(), table.lower()))
        return any((level, privilege) in self.privileges for level in levels for privilege in privileges + ("ALL",))


@dataclass
class UnitConfig:
    """A row of DBA_OB_UNIT_CONFIGS; sizes in bytes."""

    unit_config_id: int
    name: str
    create_time: int = 0
    modify_time: int = 0
    max_cpu: float = 1.0
    min_cpu: float = 1.0
    memory_size: int = 1 << 30
    log_disk_size: int = 3 << 30
    max_iops: int = 2 ** 63 - 1
    min_iops: int = 2 ** 63 - 1
    iops_weight: int = 1


@dataclass
class ResourcePool:
    """A row of DBA_OB_RESOURCE_POOLS; tenant_id is None until the pool is granted to a tenant."""

    resource_pool_id: int
    name: str
    tenant_id: Optional[int]
    unit_config_id: int
    create_time: int = 0
    modify_time: int = 0
    unit_count: int = 1
    zone_list: str = ZONE
    replica_type: str = "FULL"


@dataclass
class Event:
    """A row of DBA_OB_ROOTSERVICE_EVENT_HISTORY: up to six pairs of name and value."""

    gmt_create: int
    module: str
    event: str
    name1: str = ""
    value1: str = ""
    name2: str = ""
    value2: str = ""
    name3: str = ""
    value3: str = ""
    name4: str = ""
    value4: str = ""
    name5: str = ""
    value5: str = ""
    name6: str = ""
    value6: str = ""
    extra_info: str = ""


def version_tuple(version: str) -> Tuple[int, ...]:
    """Returns ``4.3.5.3`` as (4, 3, 5, 3), four numbers long. ValueError if it is not a version."""
    if not re.fullmatch(r"\d+(\.\d+){1,3}", version):
        raise ValueError("'%s' is not a server version such as 4.3.5.3" % version)
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


class Cluster:
    """Everything that statements read and change, except clone jobs."""

    def __init__(self, version: str, clock: Clock) -> None:
        self.version = version_tuple(version)
        self.clock = clock
        self.database = open_database()
        self.tenants = KeyedTable(self.database, "__all_tenant", Tenant, "tenant_id")
        self.pools = KeyedTable(self.database, "__all_resource_pool", ResourcePool, "resource_pool_id")
        self.units = KeyedTable(self.database, "__all_unit_config", UnitConfig, "unit_config_id")
        self.events = Table(self.database, "__all_rootservice_event_history", Event)
        self.users: Dict[Tuple[int, str], User] = {}
        self.shared_storage = False
        self.parameters = Parameters()
        self._last_ids = {"tenant": FIRST_USER_TENANT_ID - 2, "pool": 1000, "unit": 1000, "timestamp": 0}

    @property
    def version_text(self) -> str:
        """Returns the four-part version."""
        return ".".join(map(str, self.version))

    @property
    def has_clone(self) -> bool:
        """Returns whether tenants can be cloned, as they can since 4.3.0 (facts: Versions)."""
        return self.version >= (4, 3)

    @property
    def skip_reserved(self) -> bool:
        """Returns whether SKIP is a reserved word, as it is since 4.3.5 (facts: Parser)."""
        return self.version >= (4, 3, 5)

    @property
    def second_generation(self) -> bool:
        """Returns whether this is 4.3.2 or later: a cancel says why, a standby can be cloned (facts: Versions)."""
        return self.version >= (4, 3, 2)

    @property
    def upgraded(self) -> bool:
        """Returns whether the data version of the sys tenant has reached 4.3 (facts: Cancel grammar)."""
        return version_tuple(self.tenants.rows[SYS_TENANT_ID].compatible) >= (4, 3)

    def next_id(self, kind: str, step: int = 1) -> int:
        """Returns a new id; ids are never used again. kind: tenant, pool or unit."""
        self._last_ids[kind] += step
        return self._last_ids[kind]

    def next_timestamp(self, moment: Optional[float] = None) -> int:
        """Returns a new id that is a time in nanoseconds, as OceanBase's GTS gives them."""
        self._last_ids["timestamp"] = max(self._last_ids["timestamp"] + 1, self.clock.wall(moment) * 1000)
        return self._last_ids["timestamp"]

    def add_tenant(self, name: str, moment: Optional[float] = None, **values: object) -> Tenant:
        """Creates a user tenant with its meta tenant and its root user; an explicit tenant_id must be free."""
        tenant_id = int(str(values.pop("tenant_id", None) or self.next_id("tenant", 2)))
        self._last_ids["tenant"] = max(self._last_ids["tenant"], tenant_id)
        now = self.clock.wall(moment)
        common = {"create_time": now, "modify_time": now, "compatible": self.version_text}
        if tenant_id != SYS_TENANT_ID:
            self.tenants.put(Tenant(tenant_id - 1, "META$%d" % tenant_id, **common))  # type: ignore[arg-type]
        common.update(values)
        self.add_user(User(tenant_id, "root", privileges={("*.*", "ALL")}))
        return self.tenants.put(Tenant(tenant_id, name, **common))  # type: ignore[arg-type]

    def drop_tenant(self, tenant: Tenant) -> None:
        """Removes a user tenant, its meta tenant and its users at once; its pools become free."""
        for row in (tenant, self.tenants.rows.get(tenant.tenant_id - 1)):
            if row is not None:
                self.tenants.remove(row)
        self.users = {key: user for key, user in self.users.items() if user.tenant_id != tenant.tenant_id}
        for pool in self.pools_of(tenant.tenant_id):
            pool.tenant_id = None
            self.pools.put(pool)

    def touch(self, tenant: Tenant, moment: Optional[float] = None) -> None:
        """Publishes a changed tenant."""
        tenant.modify_time = self.clock.wall(moment)
        self.tenants.put(tenant)

    def add_user(self, user: User) -> User:
        """Adds or replaces a user."""
        self.users[user.tenant_id, user.name] = user
        return user

    def add_unit(self, name: str, **values: object) -> UnitConfig:
        """Creates a unit config."""
        now = self.clock.wall()
        return self.units.put(UnitConfig(self.next_id("unit"), name, now, now, **values))  # type: ignore[arg-type]

    def add_pool(self, name: str, unit: UnitConfig, tenant_id: Optional[int] = None, units: int = 1,
                 moment: Optional[float] = None) -> ResourcePool:
        """Creates a resource pool of some units in one zone, granted to a tenant or free."""
        now = self.clock.wall(moment)
        return self.pools.put(
            ResourcePool(self.next_id("pool"), name, tenant_id, unit.unit_config_id, now, now, units))

    def pools_of(self, tenant_id: int) -> List[ResourcePool]:
        """Returns the resource pools that are granted to a tenant."""
        return [pool for pool in self.pools if pool.tenant_id == tenant_id]

    def unit_named(self, name: str) -> Optional[UnitConfig]:
        """Returns the unit config of that name: looked up in an inner table, so case does not matter."""
        return next((unit for unit in self.units if fold(unit.name) == fold(name)), None)

    def pool_named(self, name: str) -> Optional[ResourcePool]:
        """Returns the resource pool of that name; case does not matter."""
        return next((pool for pool in self.pools if fold(pool.name) == fold(name)), None)

    def record(self, event: str, moment: Optional[float] = None, **pairs: object) -> None:
        """Writes an event of module ``clone`` to the event history (facts: Event history)."""
        row = Event(self.clock.wall(moment), "clone", event)
        for number, (name, value) in enumerate(pairs.items(), 1):
            setattr(row, "name%d" % number, name)
            setattr(row, "value%d" % number, str(value))
        self.events.add(row)


def default_content(cluster: Cluster, password: str) -> None:
    """Creates what a fresh mock holds: tenants sys and mysql001 (1002), unit config unit001."""
    cluster.add_tenant("sys", tenant_id=SYS_TENANT_ID)
    cluster.users[SYS_TENANT_ID, "root"].password = password
    unit = cluster.add_unit("unit001")
    sys_unit = cluster.add_unit("sys_unit_config")
    cluster.add_pool("sys_pool", sys_unit, tenant_id=SYS_TENANT_ID)
    source = cluster.add_tenant("mysql001")
    cluster.add_pool("pool_mysql001", unit, tenant_id=source.tenant_id)
