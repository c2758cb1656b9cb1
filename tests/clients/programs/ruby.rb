# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The client of Ruby: ruby ruby.rb

require 'mysql2'

def escaped(value)
  return '\N' if value.nil?
  value = value.strftime('%Y-%m-%d %H:%M:%S.%6N') if value.is_a?(Time)
  value.to_s.gsub(/[\\\t\n]/, "\\" => "\\\\", "\t" => '\t', "\n" => '\n')
end

def unescaped(field)
  field.gsub(/\\(.)/) { { 't' => "\t", 'n' => "\n" }.fetch($1, $1) }
end

def say(*fields)
  puts fields.map { |field| escaped(field) }.join("\t")
end

def parameter(field)
  { 'i' => field[1..].to_i, 's' => field[1..], 'n' => nil }[field[0]]
end

def answer(connection, result)
  return say('ok', connection.affected_rows) if result.nil?
  say('columns', *result.fields)
  result.each(as: :array) do |row|
    say('types', *row.map { |value| value.class.name })
    say('row', *row)
  end
end

$stdout.sync = true
connection = nil
$stdin.each_line(chomp: true) do |line|
  operation, *fields = line.split("\t", -1).map { |field| unescaped(field) }
  begin
    case operation
    when 'connect'
      host, port, user, password, database, ca = fields
      tls = ca.empty? ? {} : { sslca: ca, sslverify: true }
      connection = Mysql2::Client.new(host: host, port: port.to_i, username: user, password: password,
                                      database: database, **tls)
      say('ok')
    when 'query' then answer(connection, connection.query(fields[0]))
    when 'execute'
      sql, *parameters = fields
      answer(connection, connection.prepare(sql).execute(*parameters.map { |field| parameter(field) },
                                                                     as: :array))
    when 'begin', 'commit', 'rollback'
      connection.query(operation.upcase)
      say('ok')
    when 'close'
      connection.close
      say('ok')
    end
  rescue Mysql2::Error => error
    say('error', error.error_number, error.sql_state, error.message)
  end
  say('end')
end
