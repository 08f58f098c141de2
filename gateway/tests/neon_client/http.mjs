// neon(): SQL over HTTP.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { neon, neonConfig, NeonDbError } from '@neondatabase/serverless';
import { changed, connectionString, eventually, gateway, rejection } from './support.mjs';

const sql = neon(connectionString);

before(async () => {
  await sql`drop table if exists gateway_http, gateway_http_other`;
  await sql`create table gateway_http (id int8 primary key, name text not null unique, at timestamptz)`;
  await sql`create table gateway_http_other (of int8 constraint of_exists references gateway_http, n int check (n > 0))`;
});

after(async () => {
  await sql`drop table gateway_http_other, gateway_http`;
});

test('a tagged template returns rows as objects', async () => {
  assert.deepEqual(await sql`select 1 as a, 'b' as b, null as c`, [{ a: 1, b: 'b', c: null }]);
});

test('a tagged template binds its values', async () => {
  const text = `it's "quoted" \\ $1 ; -- 雪`;
  assert.deepEqual(await sql`select ${text} as text, ${7}::int + ${1}::int as sum, ${null}::text as nothing`, [
    { text, sum: 8, nothing: null },
  ]);
});

test('templates compose', async () => {
  const filter = sql`where n > ${2}`;
  assert.deepEqual(await sql`select n from generate_series(1, 4) n ${filter} order by n`, [{ n: 3 }, { n: 4 }]);
  const column = sql.unsafe('n');
  assert.deepEqual(await sql`select ${column} from generate_series(1, 1) n`, [{ n: 1 }]);
});

test('query takes text and parameters', async () => {
  assert.deepEqual(await sql.query('select $1::int + $2 as sum', [1, 2]), [{ sum: 3 }]);
  assert.deepEqual(await sql.query('select 1 as one'), [{ one: 1 }]);
});

test('query options override those of neon()', async () => {
  assert.deepEqual(await sql.query('select 1, 2', [], { arrayMode: true }), [[1, 2]]);
  const result = await sql.query('select 1 as one', [], { fullResults: true });
  assert.equal(result.rowCount, 1);
});

test('fullResults has fields, command and count', async () => {
  const result = await neon(connectionString, { fullResults: true })`select 1::int8 as a, 'x'::varchar(7) as b`;
  assert.deepEqual(result.rows, [{ a: '1', b: 'x' }]);
  assert.equal(result.command, 'SELECT');
  assert.equal(result.rowCount, 1);
  assert.equal(result.rowAsArray, false);
  assert.deepEqual(result.fields, [
    {
      name: 'a',
      dataTypeID: 20,
      tableID: 0,
      columnID: 0,
      dataTypeSize: 8,
      dataTypeModifier: -1,
      format: 'text',
    },
    {
      name: 'b',
      dataTypeID: 1043,
      tableID: 0,
      columnID: 0,
      dataTypeSize: -1,
      dataTypeModifier: 11,
      format: 'text',
    },
  ]);
});

test('arrayMode keeps columns of one name', async () => {
  assert.deepEqual(await neon(connectionString, { arrayMode: true })`select 1 as a, 2 as a`, [[1, 2]]);
});

test('writes count their rows', async () => {
  const full = neon(connectionString, { fullResults: true });
  const inserted = await full`insert into gateway_http values (1, 'a'), (2, 'b') returning id`;
  assert.deepEqual([inserted.command, inserted.rowCount, inserted.rows], ['INSERT', 2, [{ id: '1' }, { id: '2' }]]);
  const updated = await full`update gateway_http set at = now()`;
  assert.deepEqual([updated.command, updated.rowCount, updated.rows], ['UPDATE', 2, []]);
  const none = await full`delete from gateway_http where id < 0`;
  assert.deepEqual([none.command, none.rowCount], ['DELETE', 0]);
  const created = await full`create temporary table t ()`;
  assert.deepEqual([created.command, created.rowCount], ['CREATE', null]);
});

test('values have the types of node-postgres', async () => {
  const [row] = await sql`select 9223372036854775807 as int8, 1.10 as numeric, 1.5::float8 as float8, 'NaN'::float8 as nan,
    true as bool, decode('00ff', 'hex') as bytea, '{"a":[1]}'::jsonb as jsonb, '[1, null]'::json as json,
    array[1, null, 3] as ints, array['a,"b', null] as texts, '{}'::int[] as empty, array[[1,2],[3,4]] as matrix,
    '2024-01-02 03:04:05.678+00'::timestamptz as timestamptz, '1 year 2 days'::interval as interval,
    '1f0b6a4e-8b8a-4c47-9f4b-3a1f5e1d2c3b'::uuid as uuid, 'x'::char(3) as char, '(1,2)'::point as point`;
  assert.equal(row.int8, '9223372036854775807');
  assert.equal(row.numeric, '1.10');
  assert.equal(row.float8, 1.5);
  assert.ok(Number.isNaN(row.nan));
  assert.equal(row.bool, true);
  assert.deepEqual([...row.bytea], [0, 255]);
  assert.deepEqual(row.jsonb, { a: [1] });
  assert.deepEqual(row.json, [1, null]);
  assert.deepEqual(row.ints, [1, null, 3]);
  assert.deepEqual(row.texts, ['a,"b', null]);
  assert.deepEqual(row.empty, []);
  assert.deepEqual(row.matrix, [[1, 2], [3, 4]]);
  assert.equal(row.timestamptz.toISOString(), '2024-01-02T03:04:05.678Z');
  assert.deepEqual({ ...row.interval }, { years: 1, days: 2 });
  assert.equal(row.uuid, '1f0b6a4e-8b8a-4c47-9f4b-3a1f5e1d2c3b');
  assert.equal(row.char, 'x  ');
  assert.deepEqual(row.point, { x: 1, y: 2 });
});

test('parameters keep their values', async () => {
  const date = new Date('2024-01-02T03:04:05.678Z');
  const bytes = Buffer.from([0, 1, 254, 255]);
  const [row] = await sql`select ${date}::timestamptz as date, ${bytes} as bytes, ${[1, null, 3]}::int[] as ints,
    ${['a', 'b"c', null]}::text[] as texts, ${{ a: [1, 'x'] }}::jsonb as json, ${true}::bool as bool,
    ${9007199254740993n}::int8 as big, ${1.5}::float8 as float`;
  assert.deepEqual(row.date, date);
  assert.deepEqual([...row.bytes], [...bytes]);
  assert.deepEqual(row.ints, [1, null, 3]);
  assert.deepEqual(row.texts, ['a', 'b"c', null]);
  assert.deepEqual(row.json, { a: [1, 'x'] });
  assert.equal(row.bool, true);
  assert.equal(row.big, '9007199254740993');
  assert.equal(row.float, 1.5);
});

test('types can be parsed by the caller', async () => {
  const types = { getTypeParser: () => (text) => `<${text}>` };
  assert.deepEqual(await sql.query('select 1 as a, true as b', [], { types }), [{ a: '<1>', b: '<t>' }]);
});

test('a unique violation has all fields', async () => {
  const error = await rejection(sql`insert into gateway_http values (10, 'same'), (11, 'same')`);
  assert.ok(error instanceof NeonDbError);
  assert.equal(error.name, 'NeonDbError');
  assert.equal(error.message, 'duplicate key value violates unique constraint "gateway_http_name_key"');
  assert.equal(error.severity, 'ERROR');
  assert.equal(error.code, '23505');
  assert.equal(error.detail, 'Key (name)=(same) already exists.');
  assert.equal(error.schema, 'public');
  assert.equal(error.table, 'gateway_http');
  assert.equal(error.constraint, 'gateway_http_name_key');
  assert.ok(error.file && error.line && error.routine);
});

test('other violations name what they are about', async () => {
  const missing = await rejection(sql`insert into gateway_http_other values (999)`);
  assert.deepEqual([missing.code, missing.constraint], ['23503', 'of_exists']);
  const empty = await rejection(sql`insert into gateway_http values (12, null)`);
  assert.deepEqual([empty.code, empty.table, empty.column], ['23502', 'gateway_http', 'name']);
  const domain = await rejection(sql`insert into gateway_http_other values (null, 0)`);
  assert.deepEqual([domain.code, domain.constraint], ['23514', 'gateway_http_other_n_check']);
});

test('a syntax error has its position', async () => {
  const error = await rejection(sql`select 1 fro nothing`);
  assert.equal(error.code, '42601');
  assert.equal(error.position, '14');
});

test('an error inside a function has its query and context', async () => {
  const error = await rejection(sql`do $$ begin perform 1 from nowhere; end $$`);
  assert.deepEqual([error.code, error.internalQuery], ['42P01', 'SELECT 1 from nowhere']);
  assert.ok(error.internalPosition && error.where.includes('PL/pgSQL'));
});

test('an error of the caller has hint and detail', async () => {
  const error = await rejection(sql`do $$ begin raise exception 'told' using hint = 'h', detail = 'd', errcode = 'AB123',
    column = 'c', table = 't', schema = 's', datatype = 'dt', constraint = 'k'; end $$`);
  const { message, hint, detail, code, column, table, schema, dataType, constraint } = error;
  assert.deepEqual(
    { message, hint, detail, code, column, table, schema, dataType, constraint },
    { message: 'told', hint: 'h', detail: 'd', code: 'AB123', column: 'c', table: 't', schema: 's', dataType: 'dt', constraint: 'k' },
  );
});

test('a wrong password is refused', async () => {
  const url = changed((url) => (url.password = 'wrong'));
  const error = await rejection(neon(url)`select 1`);
  assert.equal(error.message, `password authentication failed for user '${new URL(url).username}'`);
});

test('a missing database keeps its code', async () => {
  const error = await rejection(neon(changed((url) => (url.pathname = '/nope')))`select 1`);
  assert.deepEqual([error.message, error.code], ['database "nope" does not exist', '3D000']);
});

test('only one statement at a time', async () => {
  const error = await rejection(sql.query('select 1; select 2'));
  assert.deepEqual([error.code, error.message], ['42601', 'cannot insert multiple commands into a prepared statement']);
});

test('nothing of a session outlives its request', async () => {
  await sql`set application_name = 'left behind'`;
  await sql`begin`;
  assert.equal((await rejection(sql`savepoint s`)).code, '25P01');
  const [row] = await sql`select current_setting('application_name') as name`;
  assert.notEqual(row.name, 'left behind');
});

test('a transaction returns the results of all its queries', async () => {
  const results = await sql.transaction([
    sql`insert into gateway_http values (20, 'twenty')`,
    sql`select id from gateway_http where name = ${'twenty'}`,
    sql.query('select $1::int as n', [3]),
  ]);
  assert.deepEqual(results, [[], [{ id: '20' }], [{ n: 3 }]]);
});

test('a transaction can be a function, and have options', async () => {
  const results = await sql.transaction((tx) => [tx`select 1 as a`, tx`select 2 as b`], { arrayMode: true, fullResults: true });
  assert.deepEqual(results.map((result) => result.rows), [[[1]], [[2]]]);
});

test('a transaction that fails leaves nothing', async () => {
  const error = await rejection(
    sql.transaction([sql`insert into gateway_http values (30, 'thirty')`, sql`select 1/0`, sql`select 1`]),
  );
  assert.ok(error instanceof NeonDbError);
  assert.equal(error.code, '22012');
  assert.deepEqual(await sql`select from gateway_http where id = 30`, []);
});

test('isolation levels are taken', async () => {
  const levels = {
    ReadUncommitted: 'read uncommitted',
    ReadCommitted: 'read committed',
    RepeatableRead: 'repeatable read',
    Serializable: 'serializable',
  };
  for (const [isolationLevel, name] of Object.entries(levels)) {
    const [[row]] = await sql.transaction([sql`show transaction_isolation`], { isolationLevel });
    assert.equal(row.transaction_isolation, name);
  }
});

test('transactions can be read-only and deferrable', async () => {
  const queries = () => [sql`show transaction_read_only`, sql`show transaction_deferrable`];
  const options = { isolationLevel: 'Serializable', readOnly: true, deferrable: true };
  assert.deepEqual(await sql.transaction(queries(), options), [
    [{ transaction_read_only: 'on' }],
    [{ transaction_deferrable: 'on' }],
  ]);
  assert.deepEqual(await sql.transaction(queries()), [
    [{ transaction_read_only: 'off' }],
    [{ transaction_deferrable: 'off' }],
  ]);
  const error = await rejection(sql.transaction([sql`delete from gateway_http`], { readOnly: true }));
  assert.equal(error.code, '25006');
});

test('an abort cancels the statement', async () => {
  const controller = new AbortController();
  const mark = `abort ${Math.random()}`;
  const { signal } = controller;
  const aborted = rejection(sql.query(`select pg_sleep(600) /* ${mark} */`, [], { fetchOptions: { signal } }));
  const running = async () => {
    const [row] = await sql`select count(*)::int as n from pg_stat_activity
      where query like ${`%${mark}%`} and state = 'active' and pid <> pg_backend_pid()`;
    return row.n;
  };
  await eventually(async () => (await running()) === 1);
  controller.abort();
  const error = await aborted;
  assert.ok(error instanceof NeonDbError);
  assert.equal(error.sourceError.name, 'AbortError');
  await eventually(async () => (await running()) === 0);
});

test('a result that is too large is an error', async () => {
  const error = await rejection(sql`select repeat('x', 1000000) from generate_series(1, 12)`);
  assert.match(error.message, /response is too large \(max is 10485760 bytes\)/);
});

test('requests run side by side', async () => {
  const results = await Promise.all(Array.from({ length: 30 }, (_, n) => sql`select ${n}::int as n`));
  assert.deepEqual(results.map(([row]) => row.n), Array.from({ length: 30 }, (_, n) => n));
});

test('fetchEndpoint can be a function, and is told the host and port', async () => {
  const told = [];
  const before = neonConfig.fetchEndpoint;
  try {
    neonConfig.fetchEndpoint = (host, port) => {
      told.push([host, port]);
      return `http://${gateway}/sql`;
    };
    const url = changed((url) => {
      url.hostname = 'db.localtest.me';
      url.port = '5432';
    });
    assert.deepEqual(await neon(url)`select 1 as one`, [{ one: 1 }]);
  } finally {
    neonConfig.fetchEndpoint = before;
  }
  assert.equal(told[0][0], 'db.localtest.me');
});
