// Copyright (c) 2026, The community.oceanbase authors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// The clients of Node.js: node node.js mysql|mysql2|mariadb

'use strict';
const fs = require('fs');
const readline = require('readline');

const name = process.argv[2];
const driver = require(name === 'mysql' ? 'mysql' : `${name}/promise`.replace('mariadb/promise', 'mariadb'));
let connection;

const escaped = (value) => value === null ? '\\N'
  : String(value).replace(/\\/g, '\\\\').replace(/\t/g, '\\t').replace(/\n/g, '\\n');
const unescaped = (field) => field.replace(/\\(.)/g, (all, letter) => ({ t: '\t', n: '\n' })[letter] || letter);
const say = (...fields) => process.stdout.write(fields.map(escaped).join('\t') + '\n');
const parameter = (field) => ({ i: () => Number(field.slice(1)), s: () => field.slice(1), n: () => null })[field[0]]();
const two = (number, width = 2) => String(number).padStart(width, '0');
const shown = (value) => value instanceof Date
  ? `${value.getFullYear()}-${two(value.getMonth() + 1)}-${two(value.getDate())} ${two(value.getHours())}:`
    + `${two(value.getMinutes())}:${two(value.getSeconds())}.${two(value.getMilliseconds(), 3)}` : value;
const kind = (value) => value === null ? 'null' : typeof value === 'object' ? value.constructor.name : typeof value;

// node-mysql knows callbacks only.
const promised = (method, ...args) => name !== 'mysql' ? connection[method](...args)
  : new Promise((resolve, reject) => connection[method](...args, (error, rows, fields) =>
    error ? reject(error) : resolve(fields === undefined ? [rows] : [rows, fields])));

function answer(result) {
  const [rows, fields] = name === 'mariadb' ? [result, result.meta] : result;
  if (!Array.isArray(rows)) return say('ok', rows.affectedRows);
  const names = fields.map((field) => typeof field.name === 'function' ? field.name() : field.name);
  say('columns', ...names);
  for (const row of rows) {
    say('types', ...names.map((column) => kind(row[column])));
    say('row', ...names.map((column) => shown(row[column])));
  }
}

const handlers = {
  async connect(host, port, user, password, database, ca) {
    const options = { host, port: Number(port), user, password, database, ...(ca ? { ssl: { ca: fs.readFileSync(ca) } } : {}) };
    if (name === 'mysql') {
      connection = driver.createConnection(options);
      await promised('connect');
    } else {
      connection = await driver.createConnection(options);
    }
    say('ok');
  },
  async query(sql) { answer(await promised('query', sql)); },
  async execute(sql, ...parameters) {
    answer(await promised(name === 'mysql' ? 'query' : 'execute', sql, parameters.map(parameter)));
  },
  async begin() { await promised('beginTransaction'); say('ok'); },
  async commit() { await promised('commit'); say('ok'); },
  async rollback() { await promised('rollback'); say('ok'); },
  async close() { await promised('end'); say('ok'); },
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [operation, ...fields] = line.split('\t').map(unescaped);
    try {
      await handlers[operation](...fields);
    } catch (error) {
      if (error.errno === undefined && error.code === undefined) throw error;
      say('error', error.errno ?? error.code, error.sqlState ?? null, error.sqlMessage ?? error.message);
    }
    say('end');
  }
  process.exit();  // an open connection would keep it running
})();
