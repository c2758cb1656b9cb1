# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL text to tokens, by the rules of OceanBase's MySQL mode (facts: Cancel grammar)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List, NoReturn

from .errors import error
from .results import SqlError

WORD, QUOTED, STRING, NUMBER, SYSVAR, USERVAR, SYMBOL, END = (
    "word", "quoted", "string", "number", "sysvar", "uservar", "symbol", "end")

# A parse error quotes at most this many characters of the statement.
NEAR_LIMIT = 80

_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}

_PATTERN = re.compile(
    r"""
    (?P<space>[ \t\r\n\f\v;]+(?=\Z) | [ \t\r\n\f\v]+)
  | (?P<comment>\#[^\n]* | --(?=[ \t\r\n]|\Z)[^\n]* | /\*(?!!).*?\*/)
  | (?P<open>/\*!\d*) | (?P<close>\*/)
  | (?P<number>0x[0-9A-Fa-f]+\b | (?:\d+\.\d*|\.\d+|\d+)[eE][-+]?\d+ | \d+\.\d* | \.\d+
        | \d+(?![A-Za-z0-9_$\u0080-\U0010ffff]))
  | (?P<sysvar>@@(?:(?:session|global|local)\s*\.\s*)?(?:`[^`]+`|[A-Za-z0-9_$]+))
  | (?P<uservar>@(?:`[^`]*`|'[^']*'|[A-Za-z0-9_$.]+))
  | (?P<word>[A-Za-z0-9_$\u0080-\U0010ffff]+)
  | (?P<quoted>`[^`]*(?:``[^`]*)*`)
  | (?P<single>'[^'\\]*(?:(?:\\.|'')[^'\\]*)*')
  | (?P<double>"[^"\\]*(?:(?:\\.|"")[^"\\]*)*")
  | (?P<symbol><=>|:=|<>|!=|>=|<=|\|\||&&|<<|>>|[-+*/%=<>(),.;!~^&|@:?{}\[\]])
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE)

# Words that are not identifiers unless they are back-quoted; asked from the OceanBase 4.3.5 kernel word by word.
RESERVED = frozenset("""
ACCESSIBLE ADD ALL ALTER ANALYZE AND AS ASC ASENSITIVE BEFORE BETWEEN BIGINT BINARY BLOB BOTH BY CALL CASCADE CASE
CHANGE CHAR CHARACTER CHECK COLLATE COLUMN CONDITION CONSTRAINT CONTINUE CONVERT CREATE CROSS CURRENT_DATE CURRENT_TIME
CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DATABASES DAY_HOUR DAY_MICROSECOND DAY_MINUTE DAY_SECOND DECIMAL DECLARE
DEFAULT DELETE DESC DESCRIBE DETERMINISTIC DISTINCT DISTINCTROW DIV DOUBLE DROP DUAL EACH ELSE ELSEIF ENCLOSED ESCAPED
EXISTS EXIT EXPLAIN FALSE FETCH FLOAT FLOAT4 FLOAT8 FOR FORCE FOREIGN FROM FULLTEXT GENERATED GET GRANT GROUP HAVING
HIGH_PRIORITY HOUR_MICROSECOND HOUR_MINUTE HOUR_SECOND IF IGNORE IN INDEX INFILE INNER INOUT INSENSITIVE INSERT INT INT1
INT2 INT3 INT4 INT8 INTEGER INTERVAL INTO IO_AFTER_GTIDS IO_BEFORE_GTIDS IS ITERATE JOIN KEY KEYS KILL LEADING LEAVE
LEFT LIKE LIMIT LINEAR LINES LOAD LOCALTIME LOCALTIMESTAMP LOCK LONG LONGBLOB LONGTEXT LOOP LOW_PRIORITY MASTER_BIND
MASTER_SSL_VERIFY_SERVER_CERT MATCH MAXVALUE MEDIUMBLOB MEDIUMINT MEDIUMTEXT MIDDLEINT MINUTE_MICROSECOND MINUTE_SECOND
MOD MODIFIES NATURAL NOT NO_PARALLEL NO_WRITE_TO_BINLOG NULL NUMERIC ON OPTIMIZE OPTION OPTIONALLY OR ORDER OUT OUTER
OUTFILE PARTITION PRECISION PRIMARY PROCEDURE PURGE RANGE READ READS READ_WRITE REAL REFERENCES REGEXP RELEASE RENAME
REPEAT REPLACE REQUIRE RESIGNAL RESTRICT RETURN REVOKE RIGHT RLIKE SCHEMA SCHEMAS SECOND_MICROSECOND SELECT SENSITIVE
SEPARATOR SET SHOW SIGNAL SKIP SMALLINT SPATIAL SPECIFIC SQL SQLEXCEPTION SQLSTATE SQLWARNING SQL_BIG_RESULT
SQL_CALC_FOUND_ROWS SQL_SMALL_RESULT SSL STARTING STORED STRAIGHT_JOIN TABLE TERMINATED THEN TINYBLOB TINYINT TINYTEXT
TO TRAILING TRIGGER TRUE UNDO UNION UNIQUE UNLOCK UNSIGNED UPDATE USAGE USE USING UTC_DATE UTC_TIME UTC_TIMESTAMP
VALUES VARBINARY VARCHAR VARCHARACTER VARYING VIRTUAL WHEN WHERE WHILE WITH WRITE XOR YEAR_MONTH ZEROFILL
""".split())


@dataclass(frozen=True)
class Token:
    """kind: one of the constants above; text: the value, without quotes and escapes; start, end: place in the SQL."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """Returns the keyword that this token is, or '' when it is not a bare word."""
        return self.text.upper() if self.kind == WORD else ""

    @property
    def is_identifier(self) -> bool:
        """Returns whether the token can name something: a back-quoted name, or a bare word that is not reserved."""
        return self.kind == QUOTED or (self.kind == WORD and self.text.upper() not in RESERVED)


def syntax_error(sql: str, start: int) -> SqlError:
    """Returns error 1064 that quotes ``sql`` from ``start`` on."""
    line = sql.count("\n", 0, start) + 1
    return error("OB_ERR_PARSE_SQL", sql[start:].rstrip("; \t\r\n")[:NEAR_LIMIT], line)


def reject(sql: str, tokens: List[Token], position: int) -> NoReturn:
    """Raises the syntax error for the token at ``position``; at the end of the text OceanBase quotes the last token."""
    if tokens[position].kind == END and position > 0:
        position -= 1
    raise syntax_error(sql, tokens[position].start)


def _unescape(body: str, quote: str) -> str:
    def one(match: re.Match[str]) -> str:
        text = match.group()
        if text == quote * 2:
            return quote
        # \% and \_ keep the backslash: they are for LIKE to understand.
        return text if text[1] in "%_" else _ESCAPES.get(text[1], text[1])
    return re.sub(r"\\.|%s%s" % (quote, quote), one, body, flags=re.DOTALL)


def tokenize(sql: str, ansi_quotes: bool = False) -> List[Token]:
    """
    Splits one statement into tokens, always followed by an END token; comments, hints and trailing ``;`` are dropped.

    ``/*! ... */`` is a comment to others but text to this family of servers. Raises error 1064 for a character or an
    unterminated quote that begins no token.
    """
    tokens: List[Token] = []
    position = 0
    while position < len(sql):
        match = _PATTERN.match(sql, position)
        if match is None:
            raise syntax_error(sql, position + (sql[position] in "'\"`"))
        kind, text = str(match.lastgroup), match.group()
        start, position = position, match.end()
        if kind in ("space", "comment", "open", "close"):
            continue
        if kind == "quoted":
            text = text[1:-1].replace("``", "`")
        elif kind in ("single", "double"):
            as_name = kind == "double" and ansi_quotes
            text = text[1:-1].replace('""', '"') if as_name else _unescape(text[1:-1], text[0])
            kind = QUOTED if as_name else STRING
        elif kind == "sysvar":
            text = re.sub(r"[`\s@]", "", text).lower()
        elif kind == "uservar":
            text = text[1:].strip("`'").lower()
        tokens.append(Token(kind, text, start, position))
    tokens.append(Token(END, "", len(sql), len(sql)))
    return tokens
