// Copyright (c) 2026, The community.oceanbase authors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// The client of Java, MariaDB Connector/J.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

public class JavaClient {
    static final PrintStream OUT = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    static Connection connection;

    static String escaped(Object value) {
        return value == null ? "\\N" : value.toString().replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
    }

    static String unescaped(String field) {
        return field.replace("\\\\", "\0").replace("\\t", "\t").replace("\\n", "\n").replace("\0", "\\");
    }

    static void say(Object... fields) {
        List<String> texts = new ArrayList<>();
        for (Object field : fields) {
            texts.add(escaped(field));
        }
        OUT.print(String.join("\t", texts) + "\n");
    }

    static void answer(Statement statement) throws SQLException {
        ResultSet rows = statement.getResultSet();
        if (rows == null) {
            say("ok", statement.getUpdateCount());
            return;
        }
        ResultSetMetaData shape = rows.getMetaData();
        int width = shape.getColumnCount();
        Object[] columns = new Object[width + 1];
        columns[0] = "columns";
        for (int i = 1; i <= width; i++) {
            columns[i] = shape.getColumnLabel(i);
        }
        say(columns);
        while (rows.next()) {
            Object[] types = new Object[width + 1];
            Object[] values = new Object[width + 1];
            types[0] = "types";
            values[0] = "row";
            for (int i = 1; i <= width; i++) {
                values[i] = rows.getObject(i);
                types[i] = values[i] == null ? "null" : values[i].getClass().getSimpleName();
            }
            say(types);
            say(values);
        }
    }

    static void connect(String[] fields) throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("user", fields[3]);
        settings.setProperty("password", fields[4]);
        settings.setProperty("useServerPrepStmts", "true");
        if (!fields[6].isEmpty()) {
            settings.setProperty("useSsl", "true");
            settings.setProperty("serverSslCert", fields[6]);
        }
        connection = DriverManager.getConnection(
            "jdbc:mariadb://" + fields[1] + ":" + fields[2] + "/" + fields[5], settings);
    }

    static void execute(String[] fields) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(fields[1])) {
            for (int i = 2; i < fields.length; i++) {
                String value = fields[i].substring(1);
                switch (fields[i].charAt(0)) {
                    case 'i' -> statement.setLong(i - 1, Long.parseLong(value));
                    case 's' -> statement.setString(i - 1, value);
                    default -> statement.setNull(i - 1, Types.VARCHAR);
                }
            }
            statement.execute();
            answer(statement);
        }
    }

    static void handle(String[] fields) throws SQLException {
        switch (fields[0]) {
            case "query" -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(fields[1]);
                    answer(statement);
                }
                return;
            }
            case "execute" -> {
                execute(fields);
                return;
            }
            case "connect" -> connect(fields);
            case "begin" -> connection.setAutoCommit(false);
            case "commit" -> {
                connection.commit();
                connection.setAutoCommit(true);
            }
            case "rollback" -> {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            case "close" -> connection.close();
            default -> throw new IllegalArgumentException(fields[0]);
        }
        say("ok");
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] fields = line.split("\t", -1);
            for (int i = 0; i < fields.length; i++) {
                fields[i] = unescaped(fields[i]);
            }
            try {
                handle(fields);
            } catch (SQLException error) {
                say("error", error.getErrorCode(), error.getSQLState(), error.getMessage());
            }
            say("end");
            OUT.flush();
        }
    }
}
