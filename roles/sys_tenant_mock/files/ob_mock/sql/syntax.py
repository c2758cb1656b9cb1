# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements of OceanBase's MySQL mode, as rules: what is well formed, and where it stops to be (facts: Parser).

The notation is that of recognizer.py. STATEMENTS holds the statements that the mock acts on (statements/table.py says
how) and the other ones, which it answers with 1235; RULES is what they are made of.
"""

from __future__ import annotations

from typing import Dict

from .recognizer import Grammar

# Before OceanBase 4.3 these are unknown.
OF_CLONES = ("cancel_clone", "clone_tenant")

# Well formed as far as the rules go, but the grammar itself raises an error that quotes the whole statement.
REJECTED = ("bare_alter_tenant",)

STATEMENTS: Dict[str, str] = {
    # Clones, tenants, resources: acted on
    "cancel_clone": "ALTER SYSTEM CANCEL CLONE name",
    "clone_tenant": """CREATE TENANT [if_not_exists] name FROM name [USING SNAPSHOT name] WITH
        clone_option ',' clone_option""",
    "set_parameters": "ALTER SYSTEM [SET] parameter...",
    "upgrade": "ALTER SYSTEM (BEGIN | END) UPGRADE",
    "archive": "ALTER SYSTEM (ARCHIVELOG | NOARCHIVELOG) [tenants] [description]",
    "minor_freeze": "ALTER SYSTEM MINOR FREEZE [freeze_what] [SERVER eq '(' string... ')'] [zone]",
    "mock": "ALTER SYSTEM MOCK name anything*",
    "create_tenant": """CREATE TENANT [if_not_exists] name [tenant_option] (',' tenant_option)*
        [SET system_variable... | SET VARIABLES system_variable... | VARIABLES system_variable...]""",
    "alter_tenant": """ALTER TENANT (name | ALL) ([SET] tenant_option (',' tenant_option)* [VARIABLES
        system_variable...]
        | [SET] (',' tenant_option)+ [VARIABLES system_variable...] | [SET] VARIABLES system_variable...)""",
    "lock_tenant": "ALTER TENANT name (LOCK | UNLOCK)",
    "rename_tenant": "ALTER TENANT name RENAME GLOBAL_NAME TO name",
    "bare_alter_tenant": "ALTER TENANT (name | ALL) [SET]",
    "drop_tenant": "DROP TENANT [IF EXISTS] name [FORCE | PURGE]",
    "create_resource_unit": "CREATE RESOURCE UNIT [if_not_exists] name [unit_option] (',' unit_option)*",
    "create_resource_pool": "CREATE RESOURCE POOL [if_not_exists] name [pool_option] (',' pool_option)*",
    "alter_resource_unit": "ALTER RESOURCE UNIT name [unit_option] (',' unit_option)*",
    "alter_resource_pool": "ALTER RESOURCE POOL name pool_change...",
    "drop_resource": "DROP RESOURCE (UNIT | POOL) [IF EXISTS] name",
    # Sessions and users: acted on
    "query": "query",
    "set_variables": "SET setting...",
    "set_transaction": "SET [GLOBAL | SESSION | LOCAL] TRANSACTION characteristics",
    "set_password": "SET PASSWORD [FOR user_or_current] '=' (string | PASSWORD '(' string ')')",
    "show": "SHOW what_to_show",
    "describe": "(EXPLAIN | DESCRIBE | DESC) relation [string | name]",
    "use": "USE name",
    "begin": """BEGIN [WORK] | START TRANSACTION [WITH CONSISTENT SNAPSHOT [',' access]
        | access [',' WITH CONSISTENT SNAPSHOT]]""",
    "end": "(COMMIT | ROLLBACK) [WORK]",
    "savepoint": """SAVEPOINT variable | ROLLBACK ([WORK] TO | TO SAVEPOINT) variable
        | RELEASE SAVEPOINT variable""",
    "kill": "KILL [CONNECTION | QUERY] expr",
    "flush": "FLUSH [LOCAL | NO_WRITE_TO_BINLOG] PRIVILEGES",
    "lock_tables": """LOCK (TABLE | TABLES) (relation [[AS] name] (READ [LOCAL] | [LOW_PRIORITY] WRITE))...
        | UNLOCK (TABLE | TABLES)""",
    "create_user": "CREATE USER [if_not_exists] new_user... [REQUIRE tls] [WITH user_limit+]",
    "alter_user": """ALTER USER (account IDENTIFIED [WITH (name | string)] (BY | AS) string | account... ACCOUNT
        (LOCK | UNLOCK) | account (REQUIRE tls | WITH user_limit+ | DEFAULT ROLE (NONE | ALL | account...)))""",
    "drop_user": "DROP USER [IF EXISTS] account...",
    "grant": "GRANT privileges ON [TABLE | PROCEDURE | FUNCTION] level TO new_user... [WITH GRANT OPTION]",
    "revoke": """REVOKE [IF EXISTS] privileges ON [TABLE | PROCEDURE | FUNCTION] level FROM account...
        [IGNORE UNKNOWN USER]""",
    # OceanBase knows these; the mock answers 1235
    "system": "ALTER SYSTEM administration",
    "alter_resource": """ALTER RESOURCE (POOL name SPLIT INTO '(' string... ')' ON '(' strings ')'
        | POOL MERGE '(' string... ')' INTO '(' string... ')'
        | TENANT name UNIT_NUM eq integer [DELETE UNIT_GROUP eq '(' integer... ')'])""",
    "standby_tenant": """CREATE STANDBY TENANT [if_not_exists] name [LOG_RESTORE_SOURCE eq constant]
        [tenant_option] (',' tenant_option)*""",
    "snapshot": "CREATE SNAPSHOT [name] [FOR TENANT name] | DROP SNAPSHOT name [FOR TENANT name]",
    "restore_point": "(CREATE | DROP) RESTORE POINT name",
    "recycle_bin": """FLASHBACK (TABLE relation | (DATABASE | SCHEMA) name
        | TENANT name) TO BEFORE DROP [RENAME TO relation]
        | PURGE ((TABLE | INDEX) relation | (DATABASE | SCHEMA) name | TENANT name | RECYCLEBIN)""",
    "prepare": """PREPARE name FROM (string | uservar | binary) | EXECUTE name [USING uservar...]
        | (DEALLOCATE | DROP) PREPARE name""",
    "insert": """INSERT [LOW_PRIORITY | DELAYED | HIGH_PRIORITY] [IGNORE] ([INTO] | OVERWRITE) insertion
        [ON DUPLICATE KEY UPDATE assignment...] | REPLACE [LOW_PRIORITY] [IGNORE] [INTO] insertion""",
    "update": """[with] UPDATE [LOW_PRIORITY] [IGNORE] table_ref... SET assignment... [WHERE expr] [order] [limit]""",
    "delete": """[with] DELETE [LOW_PRIORITY | QUICK]* [IGNORE] (FROM table [WHERE expr] [order] [limit]
        | (starred... FROM table_ref... | FROM starred... USING table_ref...) [WHERE expr])""",
    "explain": """(EXPLAIN | DESCRIBE | DESC) ([BASIC | OUTLINE | EXTENDED | EXTENDED_NOADDR | PLANREGRESS
        | PARTITIONS]
        [PRETTY | PRETTY_COLOR] | FORMAT '=' (TRADITIONAL | JSON)
        | [INTO name] [SET STATEMENT_ID '=' constant]) (query | insert | update | delete)""",
    "set_role": """SET ROLE (DEFAULT | NONE | ALL [EXCEPT account...] | account...)
        | SET DEFAULT ROLE (NONE | ALL | account...) TO account...""",
    "role": "CREATE ROLE [if_not_exists] account... | DROP ROLE [IF EXISTS] account...",
    "grant_role": """GRANT privilege... TO account... [WITH ADMIN OPTION]
        | REVOKE [IF EXISTS] (privilege... | ALL [PRIVILEGES] ',' GRANT OPTION) FROM account...
        [IGNORE UNKNOWN USER]""",
    "rename": "RENAME (TABLE (relation TO relation)... | USER (account TO account)...)",
    "database": """CREATE (DATABASE | SCHEMA) [if_not_exists] name database_option*
        | ALTER (DATABASE | SCHEMA) [name] [SET] database_option+
        | DROP (DATABASE | SCHEMA) [IF EXISTS] name""",
    "create_table": """CREATE [TEMPORARY | EXTERNAL] TABLE [if_not_exists] relation (LIKE relation
        | '(' LIKE relation ')'
        | '(' element... ')' table_option* [partitions] [[IGNORE | REPLACE] [AS] query]
        | table_option* [partitions] [IGNORE | REPLACE] [AS] query)""",
    "alter_table": "ALTER [EXTERNAL] TABLE relation [table_change...]",
    "drop_table": """DROP [TEMPORARY | MATERIALIZED] (TABLE | TABLES) [IF EXISTS] relation... [CASCADE | RESTRICT]
        | DROP [MATERIALIZED] VIEW [IF EXISTS] relation... [CASCADE | RESTRICT]""",
    "view": "(CREATE [OR REPLACE] | ALTER) view_definition",
    "index": """CREATE [UNIQUE | FULLTEXT | SPATIAL] INDEX [if_not_exists] relation [USING (BTREE | HASH)] ON relation
        '(' key_part... ')' index_option* | DROP INDEX relation ON relation""",
    "tablegroup": "CREATE TABLEGROUP [if_not_exists] name [SHARDING eq string] | DROP TABLEGROUP [IF EXISTS] name",
    "sequence": """(CREATE SEQUENCE [if_not_exists] | ALTER SEQUENCE) relation sequence_option*
        | DROP SEQUENCE [IF EXISTS] relation""",
    "truncate": "TRUNCATE [TABLE] relation",
    "analyze": "(ANALYZE | OPTIMIZE) TABLE relation... | OPTIMIZE TENANT (name | ALL) | CHECK TABLE relation...",
    "xa": """XA ((START | BEGIN) xid [JOIN | RESUME] | END xid [SUSPEND [FOR MIGRATE]] | PREPARE xid
        | COMMIT xid [ONE PHASE] | ROLLBACK xid | RECOVER [CONVERT XID])""",
    "call": "CALL relation ['(' [expr...] ')'] | DO expr... | HELP (string | name)",
    "load": """LOAD DATA [REMOTE_OSS | LOCAL] INFILE string [REPLACE | IGNORE] INTO TABLE relation anything*""",
    "routine": """CREATE [OR REPLACE] [DEFINER '=' account] (PROCEDURE | FUNCTION | TRIGGER
        | EVENT) [if_not_exists] relation
        anything+ | (DROP | ALTER) (PROCEDURE | FUNCTION | TRIGGER | EVENT) [IF EXISTS] relation anything*""",
    "outline": """CREATE [OR REPLACE] OUTLINE name ON (query | insert | update | delete) [TO anything+]
        | CREATE [OR REPLACE] OUTLINE name ON string USING HINT anything* | DROP OUTLINE relation
        | ALTER OUTLINE relation ADD anything+""",
}

RULES: Dict[str, str] = {
    # Small change
    "if_not_exists": "IF NOT EXISTS",
    "eq": "['=']",
    "text": "name | string | ALL",
    "constant": "string | number | sysvar | scope '.' name | TRUE | FALSE | NULL | '-' number",
    "tenants": "TENANT eq text...",
    "tenant": "TENANT eq text",
    "description": "DESCRIPTION eq string",
    "server": "SERVER eq string | HOST string",
    "zone": "ZONE eq text",
    "server_or_zone": "server | zone",
    "strings": "string ([','] string)*",
    "charset": "name | string | BINARY | ASCII",
    "charset_key": "CHARSET | CHARACTER SET",
    "collation": "plain | string",
    "relation": "name | pair | name '.' word | '.' word",
    # Tenants and resources
    "clone_option": "(RESOURCE_POOL | UNIT) eq text",
    "tenant_option": """LOCALITY eq string [FORCE] | PRIMARY_ZONE eq (DEFAULT | RANDOM | uservar | text)
        | RESOURCE_POOL_LIST eq '(' string... ')' | ZONE_LIST eq '(' strings ')'
        | (LOGONLY_REPLICA_NUM | REPLICA_NUM | PROGRESSIVE_MERGE_NUM) eq integer
        | (ENABLE_ARBITRATION_SERVICE | ENABLE_EXTENDED_ROWID) eq (TRUE | FALSE) | charset_key eq charset
        | COLLATE eq collation | READ (ONLY | WRITE) | COMMENT eq string | [DEFAULT] TABLEGROUP eq (text | NULL)""",
    "unit_option": """(MIN_CPU | MAX_CPU | MEMORY_SIZE | LOG_DISK_SIZE | DATA_DISK_SIZE | MAX_IOPS | MIN_IOPS
        | IOPS_WEIGHT
        | MAX_NET_BANDWIDTH | NET_BANDWIDTH_WEIGHT) eq constant""",
    "pool_option": """UNIT eq text | UNIT_NUM eq integer | ZONE_LIST eq '(' strings ')' | REPLICA_TYPE eq string""",
    "pool_change": """UNIT eq text | UNIT_NUM eq integer [DELETE UNIT eq '(' integer... ')']
        | ZONE_LIST eq '(' strings ')'""",
    # ALTER SYSTEM
    "parameter": """(plain '=' constant | (CLUSTER_ID | TABLET_SIZE) '=' constant | (ROOTSERVICE_LIST
        | BACKUP_BACKUP_DEST
        | OBCONFIG_URL | LOG_DISK_SIZE | LOG_RESTORE_SOURCE) '=' string) [COMMENT string]
        [SCOPE '=' (MEMORY | SPFILE | BOTH)] [server_or_zone] [tenant]""",
    "freeze_what": "tenants [LS eq integer] [TABLET_ID '=' integer] | TABLET_ID '=' integer",
    "ls": "LS eq integer",
    "backup_to": "TO eq string",
    "restore_until": "UNTIL (TIME | SCN) '=' (string | integer)",
    "administration": """MAJOR FREEZE [freeze_what] [REBUILD COLUMN GROUP] | CHECKPOINT
        | FLUSH (cache CACHE [SQL_ID '=' string] [DATABASES '=' string] [TENANT '=' text...] [GLOBAL]
            | KVCACHE [tenant] [CACHE eq text] | ILOGCACHE | DAG WARNINGS | SQL cache [TENANT '=' text...] [GLOBAL])
        | SWITCH (REPLICA (LEADER | FOLLOWER | DEFAULT) (ls server tenant | server [tenant] | zone [tenant])
            | ROOTSERVICE (LEADER | FOLLOWER) server_or_zone)
        | (REPORT | RECYCLE) REPLICA [server_or_zone] | START MERGE zone | (SUSPEND | RESUME) MERGE [tenants]
        | (SUSPEND | RESUME) RECOVERY [zone] | CLEAR MERGE ERROR [tenants] | CLEAR ROOTTABLE [tenant]
        | CLEAR RESTORE SOURCE | CLEAR LOCATION CACHE [server_or_zone]
        | (ADD | REMOVE) ARBITRATION SERVICE string | REPLACE ARBITRATION SERVICE string WITH string
        | (ADD | DELETE | CANCEL DELETE | START | STOP | FORCE STOP | ISOLATE) SERVER string... [zone]
        | (DELETE | START | STOP | FORCE STOP | ISOLATE) ZONE text
        | ADD ZONE text [zone_option] (',' zone_option)*
        | (ALTER | CHANGE | MODIFY) ZONE text [SET] [zone_option] (',' zone_option)*
        | REFRESH SCHEMA [server_or_zone] | REFRESH MEMORY STAT [server_or_zone] | REFRESH TIME_ZONE_INFO
        | WASH MEMORY FRAGMENTATION [server_or_zone] | RELOAD (GTS | UNIT | SERVER | ZONE)
        | REMOVE BALANCE TASK [TENANT '=' text...] [ZONE '=' strings] [TYPE '=' (AUTO | MANUAL | ALL)]
        | MIGRATE UNIT eq integer DESTINATION eq string | CANCEL MIGRATE UNIT integer
        | ADD REPLICA ls SERVER eq string REPLICA_TYPE eq string [DATA_SOURCE eq string] [PAXOS_REPLICA_NUM eq
        integer]
            [tenant]
        | REMOVE REPLICA ls SERVER eq string [PAXOS_REPLICA_NUM eq integer] [tenant]
        | MIGRATE REPLICA ls SOURCE eq string DESTINATION eq string [DATA_SOURCE eq string] [tenant]
        | MODIFY (REPLICA ls SERVER eq string REPLICA_TYPE eq string [PAXOS_REPLICA_NUM eq integer]
            | ls PAXOS_REPLICA_NUM eq integer) [tenant]
        | CANCEL REPLICA TASK TASK_ID eq string [tenant] | CANCEL [PARTITION MIGRATION] TASK string
        | UPGRADE VIRTUAL SCHEMA | RUN JOB string [server_or_zone] | RUN UPGRADE JOB string [tenants]
        | STOP UPGRADE JOB
        | (BEGIN | END) ROLLING UPGRADE | DISABLE SQL THROTTLE
        | SET DISK VALID server | SET NETWORK BANDWIDTH REGION text TO text constant | SET_TP anything*
        | RESET (plain [tenant])... | ADD RESTORE SOURCE string
        | RESTORE name [FROM string] [restore_until] WITH string [encrypted] [WITH string] [description]
        | RESTORE FROM string [restore_until] PREVIEW
        | RECOVER TABLE relation... anything* WITH string anything*
        | RECOVER STANDBY [tenant] [restore_until | UNTIL UNLIMITED | CANCEL]
        | (ACTIVATE STANDBY | SWITCHOVER TO (PRIMARY | STANDBY)) [tenant] [VERIFY]
        | CHANGE TENANT (text | TENANT_ID eq integer) | (DROP | REFRESH) TABLES IN SESSION integer
        | BACKUP [INCREMENTAL] (DATABASE | [tenants]) [backup_to] [PLUS ARCHIVELOG] [description]
        | BACKUP KEY [tenants] [backup_to] [encrypted] | BACKUP CLUSTER PARAMETERS TO string
        | CANCEL BACKUP [tenants] | CANCEL RESTORE name | CANCEL RECOVER TABLE name | CANCEL ALL BACKUP FORCE
        | CANCEL BACKUP (BACKUPSET | BACKUPPIECE) | CANCEL VALIDATE integer [COPY integer] | CANCEL TTL [tenants]
        | CANCEL DELETE BACKUP [tenants] [description] | CANCEL BALANCE JOB [tenant]
        | CANCEL TRANSFER PARTITION (transfer_part | ALL) [tenant]
        | TRANSFER PARTITION transfer_part TO LS integer [tenant]
        | (SUSPEND | RESUME) BACKUP | (TRIGGER | SUSPEND | RESUME) TTL [tenants]
        | VALIDATE (DATABASE | BACKUPSET integer) [COPY integer]
        | DELETE (BACKUPSET | BACKUPPIECE) integer [COPY integer] [tenants] [description]
        | DELETE OBSOLETE BACKUP [tenants] [description]
        | ADD DELETE BACKUP POLICY eq string [RECOVERY_WINDOW eq string] [REDUNDANCY eq integer] [BACKUP_COPIES eq
        integer]
            [tenants]
        | DROP DELETE BACKUP POLICY eq string [tenants] | (START | STOP) BACKUP ARCHIVELOG
        | (LOAD | CHECK) MODULE DATA MODULE eq name [tenant] [INFILE eq string]
        | (CREATE | DELETE | START | STOP) SERVICE name [tenant]""",
    "cache": """ALL | LOCATION | CLOG | ILOG | COLUMN_STAT | BLOCK_INDEX | BLOCK | ROW | BLOOM_FILTER | SCHEMA
        | PLAN | AUDIT
        | PL | PS | LIB""",
    "zone_option": "(REGION | IDC | ZONE_TYPE) eq text",
    "encrypted": "ENCRYPTED BY string",
    "transfer_part": "TABLE_ID eq integer ',' OBJECT_ID eq integer",
    # SET and SHOW
    "setting": """uservar assigns expr | system_variable | (GLOBAL | SESSION | scope '.') name assigns new_value
        | sysvar assigns new_value | NAMES (charset | DEFAULT) [COLLATE collation] | charset_key (charset
        | DEFAULT)""",
    "system_variable": "variable assigns new_value",
    "assigns": "'=' | ':=' | TO",
    "new_value": "expr | ON | BINARY | DEFAULT",
    "characteristics": "access [',' isolation] | isolation [',' access]",
    "access": "READ (ONLY | WRITE)",
    "isolation": "ISOLATION LEVEL (READ (UNCOMMITTED | COMMITTED) | REPEATABLE READ | SERIALIZABLE)",
    "what_to_show": """[EXTENDED] [FULL] TABLES [in_database] [condition] | (DATABASES | SCHEMAS) [STATUS] [condition]
        | [EXTENDED] [FULL] (COLUMNS | FIELDS) (FROM | IN) relation [in_database] [condition]
        | (TABLE STATUS | PROCEDURE STATUS | FUNCTION STATUS | TRIGGERS | OPEN TABLES) [in_database] [condition]
        | (PROCEDURE | FUNCTION) CODE relation
        | (SERVER STATUS | CHARSET | CHARACTER SET | COLLATION | TRACE | TABLEGROUPS) [condition]
        | [GLOBAL | SESSION | LOCAL] (VARIABLES | STATUS) [condition]
        | CREATE (DATABASE | SCHEMA) [if_not_exists] name | CREATE (TABLE | VIEW | PROCEDURE | FUNCTION
        | TRIGGER) relation
        | CREATE USER user_or_current | CREATE (TENANT | TABLEGROUP) name
        | (WARNINGS | ERRORS) [LIMIT integer [',' integer]] | COUNT '(' '*' ')' (WARNINGS | ERRORS)
        | GRANTS [FOR user_or_current] [USING account...]
        | PARAMETERS [condition] [tenant]
        | [EXTENDED] (INDEX | INDEXES | KEYS) (FROM | IN) relation [in_database] [WHERE expr]
        | [FULL] PROCESSLIST | TENANT [STATUS] | [STORAGE] ENGINES | PRIVILEGES | PROFILE | PROFILES
        | QUERY_RESPONSE_TIME | RECYCLEBIN | RESTORE PREVIEW | SEQUENCES [condition] [in_database]
        | JOB STATUS [WHERE JOB '=' string] | TRACE FORMAT '=' string [condition]
        | ENGINE text (STATUS | MUTEX) | PLUGINS""",
    "in_database": "(FROM | IN) name",
    "condition": "LIKE string [ESCAPE string] | WHERE expr",
    # Users and privileges
    "user": "(string | name) [uservar]",
    "user_or_current": "user | CURRENT_USER ['(' ')']",
    "account": "user_or_current",
    "new_user": "account [IDENTIFIED ([WITH (name | string)] BY [PASSWORD] string | WITH (name | string) AS string)]",
    "tls": "NONE | SSL | X509 | ((CIPHER | ISSUER | SUBJECT) string [AND])+",
    "user_limit": "(MAX_CONNECTIONS_PER_HOUR | MAX_USER_CONNECTIONS) integer",
    "privileges": "privilege... | ALL [PRIVILEGES]",
    "privilege": """ALTER [TENANT | SYSTEM | ROUTINE]
        | CREATE [USER | VIEW | RESOURCE POOL | RESOURCE UNIT | ROUTINE | ROLE | DATABASE LINK]
        | DELETE | DROP [DATABASE LINK | ROLE] | GRANT OPTION | (INSERT | UPDATE | SELECT
        | REFERENCES) ['(' name... ')']
        | INDEX | SHOW (VIEW | DATABASES) | SUPER | PROCESS | USAGE | FILE | REPLICATION (SLAVE | CLIENT) | EXECUTE
        | SHUTDOWN
        | RELOAD | LOCK TABLES | TRIGGER | ENCRYPT | DECRYPT | EVENT | account""",
    "level": "'*' ['.' '*'] | name ['.' ('*' | word)] | dotted",
    # Queries
    "query": "[with] select [into] | [with] subquery",
    "with": "WITH [RECURSIVE] (name ['(' name... ')'] AS subquery)...",
    "subquery": "'(' [with] (select | subquery) ')'",
    "select": """(body_alone [order] [limit] | body (union body)+ [order] [limit] | subquery (order [limit] | limit))
        [FOR UPDATE [WAIT number | NOWAIT | NO_WAIT | SKIP LOCKED] | LOCK IN SHARE MODE]""",
    "union": "UNION [ALL | DISTINCT | UNIQUE] | INTERSECT | EXCEPT | MINUS",
    "body": "body_alone | subquery",
    "body_alone": """SELECT (ALL | DISTINCT | UNIQUE | SQL_CALC_FOUND_ROWS | SQL_NO_CACHE | SQL_CACHE | HIGH_PRIORITY
        | SQL_SMALL_RESULT | SQL_BIG_RESULT | SQL_BUFFER_RESULT | STRAIGHT_JOIN)* item... [into]
        [FROM (DUAL | table_ref...)] [WHERE expr] [GROUP BY sort_key... [WITH ROLLUP]] [HAVING expr]
        [WINDOW (name AS window)...] | VALUES (ROW '(' [expr_or_default...] ')')...""",
    "item": "expr [[AS] (name | string)] | '*'",
    "into": "INTO (OUTFILE string anything* | DUMPFILE string | (uservar | name)...)",
    "order": "ORDER BY sort_key...",
    "sort_key": "expr [ASC | DESC]",
    "limit": "LIMIT count [(OFFSET | ',') count]",
    "count": "integer | mark",
    "table_ref": "factor joined*",
    "factor": """table | [LATERAL] subquery [[AS] name ['(' name... ')']] | '(' table_ref... ')'
        | '{' OJ table_ref '}'""",
    "table": """relation [PARTITION '(' name... ')'] [SAMPLE [BLOCK] [ALL | BASE
        | INCR] '(' number ')' [SEED '(' integer ')']]
        [AS OF SNAPSHOT bits] [[AS] name] index_hint* | TABLE '(' simple ')' [[AS] name]""",
    "index_hint": """(USE | FORCE | IGNORE) (INDEX | KEY) [FOR (JOIN | ORDER BY | GROUP BY)] '(' [(name
        | PRIMARY)...] ')'""",
    "joined": """(JOIN | INNER JOIN | CROSS JOIN | STRAIGHT_JOIN) table_ref [joins_on]
        | (LEFT | RIGHT | FULL) [OUTER] JOIN table_ref joins_on
        | NATURAL [INNER | (LEFT | RIGHT | FULL) [OUTER]] JOIN factor""",
    "joins_on": "ON expr | USING '(' name... ')'",
    # Expressions
    "expr": "[uservar ':='] condition_part ((AND | '&&' | OR | '||' | XOR) [uservar ':='] condition_part)*",
    "condition_part": "NOT condition_part | comparison [IS [NOT] (TRUE | FALSE | UNKNOWN)]",
    "comparison": """predicate (IS [NOT] NULL | ('<=' | '<' | '>=' | '>' | '<>' | '!=' | '<=>') predicate
        | ('<=' | '<' | '>=' | '>' | '<>' | '!=') (ALL | ANY | SOME) subquery
        | '=' (predicate | (ALL | ANY | SOME) (subquery | '(' expr... ')')))*""",
    "predicate": """bits [[NOT] IN (subquery | '(' expr... ')') | [NOT] BETWEEN bits AND predicate
        | SOUNDS LIKE simple
        | [NOT] LIKE simple [ESCAPE simple] | [NOT] REGEXP bits | MEMBER [OF] '(' simple ')']""",
    "bits": """[INTERVAL expr unit '+'] simple (('|' | '&' | '<<' | '>>' | '+' | '-' | '*' | '/' | '%' | MOD | DIV
        | '^') simple
        | ('+' | '-') INTERVAL expr unit)*""",
    "simple": "(BINARY | '+' | '-' | '~' | '!')* primary (COLLATE collation)*",
    "primary": """string+ | national string* | moment | [introducer] (string | binary) | number | binary
        | TRUE | FALSE | NULL | sysvar | scope '.' name
        | mark | uservar | column | subquery | [ROW] '(' expr... ')' | EXISTS subquery
        | MATCH '(' column... ')' AGAINST '(' simple [IN NATURAL LANGUAGE MODE | IN BOOLEAN MODE] ')'
        | CASE [expr] (WHEN expr THEN expr)+ [ELSE expr] END | '{' name expr '}'
        | function | windowed [over] | ranking over | column ('->' | '->>') string""",
    "column": """name | keyword '.' keyword | dotted | name '.' (word | '*') | name '.' word '.' (word | '*')
        | pair '.' (word | '*')
        | '.' word | '.' word '.' word | '.' dotted | FORCE | CASCADE""",
    "unit": """DAY | DAY_HOUR | DAY_MICROSECOND | DAY_MINUTE | DAY_SECOND | HOUR | HOUR_MICROSECOND | HOUR_MINUTE
        | HOUR_SECOND
        | MICROSECOND | MINUTE | MINUTE_MICROSECOND | MINUTE_SECOND | MONTH | QUARTER | SECOND | SECOND_MICROSECOND
        | WEEK
        | YEAR | YEAR_MONTH""",
    "argument": "expr [[AS] (name | string)]",
    "windowed": """COUNT '(' ([ALL] ('*' | expr) | (DISTINCT | UNIQUE) expr...) ')'
        | (SUM | MAX | MIN | AVG | JSON_ARRAYAGG) '(' [DISTINCT | UNIQUE | ALL] expr ')'
        | (STD | STDDEV | VARIANCE | STDDEV_POP | STDDEV_SAMP | VAR_POP | VAR_SAMP | BIT_AND | BIT_OR | BIT_XOR)
            '(' [ALL] expr ')'
        | GROUP_CONCAT '(' [DISTINCT] expr... [order] [SEPARATOR string] ')'
        | APPROX_COUNT_DISTINCT '(' expr... ')' | JSON_OBJECTAGG '(' expr ',' expr ')'""",
    "ranking": """(RANK | DENSE_RANK | PERCENT_RANK | ROW_NUMBER | CUME_DIST) '(' ')' | NTILE '(' expr ')'
        | (FIRST_VALUE | LAST_VALUE | LEAD | LAG | NTH_VALUE) '(' expr... [(RESPECT | IGNORE) NULLS] ')'
            [FROM (FIRST | LAST)] [(RESPECT | IGNORE) NULLS]""",
    "over": "OVER (plain | window)",
    "window": """'(' [name] [PARTITION BY expr...] [order] [(ROWS | RANGE) (bound | BETWEEN bound AND bound)] ')'""",
    "bound": "CURRENT ROW | (UNBOUNDED | simple | INTERVAL expr unit) (PRECEDING | FOLLOWING)",
    "fraction": "'(' [integer] ')'",
    "function": """plain '(' [argument...] ')' | dotted '(' [argument...] ')' | name '.' plain '(' [argument...] ')'
        | (DUMP | CHARSET | COLLATION | KEY_VERSION | USER | DATABASE | SCHEMA | COALESCE | REPEAT | ROW_COUNT
        | REVERSE | RIGHT
            | SYSTEM_USER | SESSION_USER | REPLACE | TRUNCATE | FORMAT | NORMAL | PASSWORD | ENCRYPT | DECRYPT)
            '(' [argument...] ')'
        | (NOW | SYSDATE | CURTIME) fraction | CURDATE '(' ')'
        | (CURRENT_TIMESTAMP | LOCALTIME | LOCALTIMESTAMP | CURRENT_TIME | UTC_TIMESTAMP | UTC_TIME) [fraction]
        | (CURRENT_USER | CURRENT_DATE | UTC_DATE) ['(' ')']
        | (DATE | DAY | YEAR | TIME | MONTH | QUARTER | SECOND | MINUTE | MICROSECOND | HOUR | ASCII | LN | ISNULL
        | GROUPING)
            '(' expr ')'
        | (TIMESTAMP | WEEK | LOG) '(' expr [',' expr] ')' | (MOD | LEFT | POINT) '(' expr ',' expr ')'
        | IF '(' expr ',' expr ',' expr ')' | INSERT '(' expr ',' expr ',' expr ',' expr ')'
        | CAST '(' expr AS cast_type ')' | CONVERT '(' expr (',' cast_type | USING charset) ')'
        | CHARACTER '(' expr... [USING charset] ')'
        | POSITION '(' bits IN expr ')' | (SUBSTR | SUBSTRING | MID)
            '(' expr (',' expr [',' expr] | FROM expr [FOR expr]) ')'
        | TRIM '(' ([(BOTH | LEADING | TRAILING) [expr] FROM] expr | expr FROM expr) ')'
        | (DATE_ADD | DATE_SUB) '(' expr ',' INTERVAL expr unit ')'
        | (ADDDATE | SUBDATE) '(' expr ',' (INTERVAL expr unit | expr) ')'
        | (TIMESTAMPDIFF | TIMESTAMPADD) '(' unit ',' expr ',' expr ')' | EXTRACT '(' unit FROM expr ')'
        | GET_FORMAT '(' (DATETIME | TIMESTAMP | DATE | TIME) ',' expr ')' | INTERVAL '(' expr ',' expr... ')'
        | (DEFAULT | VALUES) '(' column ')' | WEIGHT_STRING '(' expr [AS (CHARACTER | BINARY) '(' integer ')'] ')'
        | JSON_EXTRACT '(' expr... ')' | JSON_VALUE '(' expr ',' expr [RETURNING cast_type] ')'""",
    "cast_type": """(BINARY | NCHAR) ['(' integer ')'] | CHARACTER ['(' integer ')'] [BINARY | charset_key charset]
        | (DATETIME | DATE | TIME | YEAR) ['(' integer ')'] | (NUMBER | DECIMAL | FIXED) [precision]
        | (SIGNED | UNSIGNED) [INTEGER] | DOUBLE | FLOAT ['(' integer ')'] | JSON | POINT""",
    "precision": "'(' integer [',' integer] ')'",
    # Changing rows, defining tables
    "expr_or_default": "expr | DEFAULT",
    "insertion": """relation [PARTITION '(' name... ')'] (['(' [column...] ')'] ((VALUES
        | VALUE) ('(' [expr_or_default...] ')')...
        | query) | SET assignment...)""",
    "assignment": "column '=' expr_or_default",
    "starred": "relation ['.' '*'] | name '.' '*' | pair '.' '*'",
    "database_option": """[DEFAULT] (charset_key eq charset | COLLATE eq collation) | READ (ONLY | WRITE)
        | REPLICA_NUM eq integer""",
    "element": """column type column_option* | [CONSTRAINT [name]] (PRIMARY KEY | UNIQUE [KEY
        | INDEX] [name]) [USING (BTREE | HASH)]
            '(' key_part... ')' index_option*
        | [UNIQUE | FULLTEXT | SPATIAL] (KEY | INDEX) [name] [USING (BTREE | HASH)] '(' key_part... ')' index_option*
        | [CONSTRAINT [name]] FOREIGN KEY [name] '(' name... ')' references
        | [CONSTRAINT [name]] CHECK '(' expr ')'""",
    "key_part": "name ['(' integer ')'] [ASC | DESC]",
    "references": """REFERENCES relation ['(' name... ')'] (ON (DELETE | UPDATE) (CASCADE | RESTRICT | NO ACTION
        | SET (NULL | DEFAULT)))*""",
    "type": """(BIGINT | INTEGER | MEDIUMINT | SMALLINT | TINYINT) ['(' integer ')'] [UNSIGNED | SIGNED] [ZEROFILL]
        | (DECIMAL | NUMBER | FIXED | DOUBLE [PRECISION] | FLOAT | REAL) [precision] [UNSIGNED | SIGNED] [ZEROFILL]
        | BOOL | BOOLEAN | (DATETIME | TIMESTAMP | TIME) ['(' integer ')'] | DATE | YEAR ['(' integer ')'] | JSON
        | (VARCHAR '(' integer ')' | (CHARACTER | TEXT | TINYTEXT | MEDIUMTEXT | LONGTEXT) ['(' integer ')']
            | (ENUM | SET) '(' string... ')') [BINARY] [charset_key charset]
        | BINARY ['(' integer ')'] | VARBINARY '(' integer ')' | (BLOB | TINYBLOB | MEDIUMBLOB
        | LONGBLOB) ['(' integer ')']
        | BIT ['(' integer ')'] | GEOMETRY | POINT""",
    "column_option": """[NOT] NULL | DEFAULT (['+' | '-'] number | string | binary | TRUE | FALSE | NULL | function
        | '(' expr ')')
        | AUTO_INCREMENT | UNIQUE [KEY] | [PRIMARY] KEY | COMMENT string | COLLATE collation
        | ON UPDATE (CURRENT_TIMESTAMP [fraction] | NOW fraction) | [CONSTRAINT name] CHECK '(' expr ')'
        | [GENERATED ALWAYS] AS '(' expr ')' [VIRTUAL | STORED] | references | VISIBLE | INVISIBLE""",
    "index_option": """[GLOBAL | LOCAL] | COMMENT string | USING (BTREE | HASH) | BLOCK_SIZE eq integer | VISIBLE
        | INVISIBLE""",
    "table_option": """[','] (AUTO_INCREMENT eq number | ENGINE eq text | [DEFAULT] (charset_key eq charset
        | COLLATE eq collation)
        | COMMENT eq string | TABLEGROUP eq text | COMPRESSION eq string | ROW_FORMAT eq (plain | DEFAULT | DYNAMIC
        | COMPACT)
        | (BLOCK_SIZE | REPLICA_NUM | PCTFREE | TABLET_SIZE) eq integer | PRIMARY_ZONE eq text
        | LOCALITY eq string)""",
    "partitions": """PARTITION BY (HASH '(' expr ')' | KEY '(' [name...] ')' | (RANGE | LIST) ('(' expr ')'
        | COLUMNS '(' name... ')')) [PARTITIONS integer] ['(' (PARTITION name [VALUES (LESS THAN | IN)
        (MAXVALUE | '(' (expr | MAXVALUE | DEFAULT)... ')')])... ')']""",
    "table_change": """ADD [COLUMN] (name type column_option* [FIRST | AFTER name] | '(' element... ')') | ADD element
        | (MODIFY [COLUMN] | CHANGE [COLUMN] name) name type column_option* [FIRST | AFTER name]
        | DROP ([COLUMN] name | (INDEX | KEY | FOREIGN KEY | CONSTRAINT) name | PRIMARY KEY)
        | ALTER [COLUMN] name (SET DEFAULT (number | string | NULL) | DROP DEFAULT) | RENAME [TO | AS] relation
        | RENAME (INDEX | KEY | COLUMN) name TO name | [SET] table_option+ | FORCE""",
    "view_definition": """[ALGORITHM '=' (UNDEFINED | MERGE | TEMPTABLE)] [DEFINER '=' account] [SQL SECURITY
        (DEFINER | INVOKER)] VIEW
        relation ['(' name... ')'] AS query [WITH [CASCADED | LOCAL] CHECK OPTION]""",
    "sequence_option": """INCREMENT [BY] number | START [WITH] number | (MAXVALUE | MINVALUE | CACHE) number
        | NOMAXVALUE | NOMINVALUE | CYCLE | NOCYCLE | NOCACHE | ORDER | NOORDER""",
    "xid": "string [',' string [',' integer]]",
}

GRAMMAR = Grammar({**STATEMENTS, **RULES})
