<?php
// Copyright (c) 2026, The community.oceanbase authors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// The clients of PHP: php php.php mysqli|pdo

$name = $argv[1];
$connection = null;

function escaped($value) {
    return $value === null ? '\N' : strtr((string) $value, ['\\' => '\\\\', "\t" => '\t', "\n" => '\n']);
}
function unescaped($field) {
    return strtr($field, ['\\\\' => '\\', '\t' => "\t", '\n' => "\n"]);
}
function say(...$fields) {
    echo implode("\t", array_map('escaped', $fields)), "\n";
}
function parameter($field) {
    return ['i' => (int) substr($field, 1), 's' => substr($field, 1), 'n' => null][$field[0]];
}
function say_rows($columns, $rows) {
    say('columns', ...$columns);
    foreach ($rows as $row) {
        say('types', ...array_map('gettype', $row));
        say('row', ...$row);
    }
}

$mysqli = [
    'connect' => function ($host, $port, $user, $password, $database, $ca) use (&$connection) {
        mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
        $connection = mysqli_init();
        if ($ca) {
            $connection->ssl_set(null, null, $ca, null, null);
            $connection->options(MYSQLI_OPT_SSL_VERIFY_SERVER_CERT, true);
        }
        @$connection->real_connect($host, $user, $password, $database, (int) $port, null, $ca ? MYSQLI_CLIENT_SSL : 0);
        say('ok');
    },
    'query' => function ($sql) use (&$connection) {
        $result = $connection->query($sql);
        $result === true ? say('ok', $connection->affected_rows)
            : say_rows(array_column($result->fetch_fields(), 'name'), $result->fetch_all());
    },
    'execute' => function ($sql, ...$fields) use (&$connection) {
        $statement = $connection->prepare($sql);
        $statement->execute(array_map('parameter', $fields));
        $result = $statement->get_result();
        $result === false ? say('ok', $statement->affected_rows)
            : say_rows(array_column($result->fetch_fields(), 'name'), $result->fetch_all());
    },
    'begin' => function () use (&$connection) { $connection->begin_transaction(); say('ok'); },
    'commit' => function () use (&$connection) { $connection->commit(); say('ok'); },
    'rollback' => function () use (&$connection) { $connection->rollback(); say('ok'); },
    'close' => function () use (&$connection) { $connection->close(); say('ok'); },
];

function pdo_rows($statement) {
    if (!$statement->columnCount()) {
        return say('ok', $statement->rowCount());
    }
    $columns = [];
    for ($index = 0; $index < $statement->columnCount(); $index++) {
        $columns[] = $statement->getColumnMeta($index)['name'];
    }
    say_rows($columns, $statement->fetchAll(PDO::FETCH_NUM));
}
$pdo = [
    'connect' => function ($host, $port, $user, $password, $database, $ca) use (&$connection) {
        $options = [PDO::ATTR_EMULATE_PREPARES => false];
        if ($ca) {
            $options += [PDO::MYSQL_ATTR_SSL_CA => $ca, PDO::MYSQL_ATTR_SSL_VERIFY_SERVER_CERT => true];
        }
        $connection = @new PDO("mysql:host=$host;port=$port;dbname=$database;charset=utf8mb4", $user, $password, $options);
        say('ok');
    },
    'query' => function ($sql) use (&$connection) { pdo_rows($connection->query($sql)); },
    'execute' => function ($sql, ...$fields) use (&$connection) {
        $statement = $connection->prepare($sql);
        foreach ($fields as $index => $field) {
            $value = parameter($field);
            $statement->bindValue($index + 1, $value,
                ['i' => PDO::PARAM_INT, 's' => PDO::PARAM_STR, 'n' => PDO::PARAM_NULL][$field[0]]);
        }
        $statement->execute();
        pdo_rows($statement);
    },
    'begin' => function () use (&$connection) { $connection->beginTransaction(); say('ok'); },
    'commit' => function () use (&$connection) { $connection->commit(); say('ok'); },
    'rollback' => function () use (&$connection) { $connection->rollBack(); say('ok'); },
    'close' => function () use (&$connection) { $connection = null; say('ok'); },
];

$handlers = ['mysqli' => $mysqli, 'pdo' => $pdo][$name];
while (($line = fgets(STDIN)) !== false) {
    $fields = array_map('unescaped', explode("\t", rtrim($line, "\n")));
    try {
        $handlers[array_shift($fields)](...$fields);
    } catch (mysqli_sql_exception $error) {
        say('error', $error->getCode(), $error->getSqlState(), $error->getMessage());
    } catch (PDOException $error) {
        $text = preg_replace('/^SQLSTATE\[\w+\](: [^:]*:| \[\d+\]) (\d+ )?/', '', $error->getMessage());
        say('error', $error->errorInfo[1] ?? $error->getCode(), $error->errorInfo[0] ?? null, $text);
    }
    say('end');
}
