// Copyright (c) 2026, The community.oceanbase authors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// The client of Go, github.com/go-sql-driver/mysql.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

var toField = strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n")
var toText = strings.NewReplacer("\\\\", "\\", "\\t", "\t", "\\n", "\n")
var connection *sql.Conn
var transaction *sql.Tx
var background = context.Background()

func say(fields ...interface{}) {
	texts := make([]string, len(fields))
	for i, value := range fields {
		switch typed := value.(type) {
		case nil:
			texts[i] = "\\N"
		case []byte:
			texts[i] = toField.Replace(string(typed))
		case time.Time:
			texts[i] = typed.Format("2006-01-02 15:04:05.000000")
		default:
			texts[i] = toField.Replace(fmt.Sprint(typed))
		}
	}
	fmt.Println(strings.Join(texts, "\t"))
}

func parameter(field string) interface{} {
	switch field[0] {
	case 'i':
		number, _ := strconv.ParseInt(field[1:], 10, 64)
		return number
	case 's':
		return field[1:]
	}
	return nil
}

func query(statement string, parameters []interface{}) error {
	run := connection.QueryContext
	if transaction != nil {
		run = transaction.QueryContext
	}
	rows, err := run(background, statement, parameters...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	if len(columns) == 0 {
		say("ok")
		return rows.Err()
	}
	names := []interface{}{"columns"}
	for _, column := range columns {
		names = append(names, column)
	}
	say(names...)
	for rows.Next() {
		values := make([]interface{}, len(columns))
		targets := make([]interface{}, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		types := []interface{}{"types"}
		for _, value := range values {
			types = append(types, fmt.Sprintf("%T", value))
		}
		say(types...)
		say(append([]interface{}{"row"}, values...)...)
	}
	return rows.Err()
}

func connect(fields []string) error {
	config := mysql.NewConfig()
	config.Net, config.Addr = "tcp", fields[0]+":"+fields[1]
	config.User, config.Passwd, config.DBName, config.ParseTime = fields[2], fields[3], fields[4], true
	if fields[5] != "" {
		pool := x509.NewCertPool()
		pem, err := os.ReadFile(fields[5])
		if err != nil {
			return err
		}
		pool.AppendCertsFromPEM(pem)
		if err := mysql.RegisterTLSConfig("verified", &tls.Config{RootCAs: pool, ServerName: fields[0]}); err != nil {
			return err
		}
		config.TLSConfig = "verified"
	}
	database, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		return err
	}
	connection, err = database.Conn(background)
	return err
}

func handle(operation string, fields []string) error {
	var err error
	switch operation {
	case "connect":
		err = connect(fields)
	case "query":
		return query(fields[0], nil)
	case "execute":
		var parameters []interface{}
		for _, field := range fields[1:] {
			parameters = append(parameters, parameter(field))
		}
		return query(fields[0], parameters)
	case "begin":
		transaction, err = connection.BeginTx(background, nil)
	case "commit":
		err = transaction.Commit()
		transaction = nil
	case "rollback":
		err = transaction.Rollback()
		transaction = nil
	case "close":
		err = connection.Close()
	}
	if err == nil {
		say("ok")
	}
	return err
}

func main() {
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		fields := strings.Split(input.Text(), "\t")
		for i := range fields {
			fields[i] = toText.Replace(fields[i])
		}
		if err := handle(fields[0], fields[1:]); err != nil {
			var refused *mysql.MySQLError
			if errors.As(err, &refused) {
				say("error", refused.Number, nil, refused.Message)
			} else {
				say("error", nil, nil, err.Error())
			}
		}
		say("end")
	}
}
