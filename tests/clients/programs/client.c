// Copyright (c) 2026, The community.oceanbase authors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// The client of C, libmariadb: values as text, or bound as text by a prepared statement.

#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 32, LINE = 1 << 16 };
static MYSQL *connection;

static void put(const char *text) {
    for (; *text; text++) {
        if (*text == '\\') fputs("\\\\", stdout);
        else if (*text == '\t') fputs("\\t", stdout);
        else if (*text == '\n') fputs("\\n", stdout);
        else putchar(*text);
    }
}

static void put_field(const char *text) {
    putchar('\t');
    if (text) put(text); else fputs("\\N", stdout);
}

static void unescape(char *field) {
    char *to = field;
    for (; *field; field++) {
        if (*field == '\\' && field[1]) *to++ = *++field == 't' ? '\t' : *field == 'n' ? '\n' : *field;
        else *to++ = *field;
    }
    *to = 0;
}

static void put_error(unsigned number, const char *state, const char *text) {
    char digits[12];
    snprintf(digits, sizeof digits, "%u", number);
    fputs("error", stdout);
    put_field(digits);
    put_field(state);
    put_field(text);
    putchar('\n');
}

static void put_columns(MYSQL_RES *shape) {
    fputs("columns", stdout);
    for (unsigned i = 0; i < mysql_num_fields(shape); i++) put_field(mysql_fetch_field_direct(shape, i)->name);
    putchar('\n');
}

// Each value as text and, as its type, the number in the column's definition.
static void put_row(MYSQL_RES *shape, char **values) {
    fputs("types", stdout);
    for (unsigned i = 0; i < mysql_num_fields(shape); i++) {
        char digits[12];
        snprintf(digits, sizeof digits, "%d", (int) mysql_fetch_field_direct(shape, i)->type);
        put_field(values[i] ? digits : "null");
    }
    fputs("\nrow", stdout);
    for (unsigned i = 0; i < mysql_num_fields(shape); i++) put_field(values[i]);
    putchar('\n');
}

static int connect_to(char **fields) {
    my_bool verify = 1;
    connection = mysql_init(NULL);
    if (*fields[6]) {
        mysql_ssl_set(connection, NULL, NULL, fields[6], NULL, NULL);
        mysql_options(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    }
    return mysql_real_connect(connection, fields[1], fields[3], fields[4], fields[5], atoi(fields[2]), NULL, 0) == NULL;
}

static int query(const char *sql) {
    if (mysql_query(connection, sql)) return 1;
    MYSQL_RES *result = mysql_store_result(connection);
    if (!result) {
        if (mysql_errno(connection)) return 1;
        printf("ok\t%d\n", (int) mysql_affected_rows(connection));
        return 0;
    }
    put_columns(result);
    for (MYSQL_ROW row = mysql_fetch_row(result); row; row = mysql_fetch_row(result)) put_row(result, row);
    mysql_free_result(result);
    return 0;
}

static int fetch_all(MYSQL_STMT *statement, MYSQL_RES *shape) {
    static char buffers[FIELDS][4096];
    MYSQL_BIND columns[FIELDS];
    my_bool nulls[FIELDS];
    char *values[FIELDS];
    int done;
    memset(columns, 0, sizeof columns);
    for (unsigned i = 0; i < mysql_num_fields(shape); i++) {
        columns[i].buffer_type = MYSQL_TYPE_STRING;
        columns[i].buffer = buffers[i];
        columns[i].buffer_length = sizeof buffers[i];
        columns[i].is_null = &nulls[i];
    }
    if (mysql_stmt_bind_result(statement, columns) || mysql_stmt_store_result(statement)) return 1;
    put_columns(shape);
    while (!(done = mysql_stmt_fetch(statement))) {
        for (unsigned i = 0; i < mysql_num_fields(shape); i++) values[i] = nulls[i] ? NULL : buffers[i];
        put_row(shape, values);
    }
    return done != MYSQL_NO_DATA;
}

static int execute(char **fields, int count) {
    MYSQL_BIND parameters[FIELDS];
    long long numbers[FIELDS];
    MYSQL_STMT *statement = mysql_stmt_init(connection);
    memset(parameters, 0, sizeof parameters);
    for (int i = 0; i < count; i++) {
        char *value = fields[2 + i] + 1;
        switch (value[-1]) {
        case 'i':
            numbers[i] = atoll(value);
            parameters[i].buffer_type = MYSQL_TYPE_LONGLONG;
            parameters[i].buffer = &numbers[i];
            break;
        case 's':
            parameters[i].buffer_type = MYSQL_TYPE_STRING;
            parameters[i].buffer = value;
            parameters[i].buffer_length = strlen(value);
            break;
        default:
            parameters[i].buffer_type = MYSQL_TYPE_NULL;
        }
    }
    int failed = mysql_stmt_prepare(statement, fields[1], strlen(fields[1])) || mysql_stmt_bind_param(statement, parameters)
        || mysql_stmt_execute(statement);
    if (!failed) {
        MYSQL_RES *shape = mysql_stmt_result_metadata(statement);
        if (shape) failed = fetch_all(statement, shape);
        else printf("ok\t%d\n", (int) mysql_stmt_affected_rows(statement));
    }
    if (failed) put_error(mysql_stmt_errno(statement), mysql_stmt_sqlstate(statement), mysql_stmt_error(statement));
    mysql_stmt_close(statement);
    return 0;
}

static int handle(char **fields, int count) {
    int failed = 0;
    if (!strcmp(fields[0], "query")) return query(fields[1]);
    if (!strcmp(fields[0], "execute")) return execute(fields, count - 2);
    if (!strcmp(fields[0], "connect")) failed = connect_to(fields);
    else if (!strcmp(fields[0], "begin")) failed = mysql_query(connection, "BEGIN");
    else if (!strcmp(fields[0], "commit")) failed = mysql_commit(connection);
    else if (!strcmp(fields[0], "rollback")) failed = mysql_rollback(connection);
    else if (!strcmp(fields[0], "close")) mysql_close(connection);
    if (!failed) puts("ok");
    return failed;
}

int main(void) {
    static char line[LINE];
    while (fgets(line, sizeof line, stdin)) {
        char *fields[FIELDS], *rest = line;
        int count = 0;
        line[strcspn(line, "\n")] = 0;
        while (count < FIELDS && (fields[count] = strsep(&rest, "\t"))) unescape(fields[count++]);
        if (handle(fields, count))
            put_error(mysql_errno(connection), mysql_sqlstate(connection), mysql_error(connection));
        puts("end");
        fflush(stdout);
    }
    return 0;
}
