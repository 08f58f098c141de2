// Client and Pool over a WebSocket. The way of connecting is in the environment, and every check is made in each.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { Client, DatabaseError, neonConfig, Pool } from '@neondatabase/serverless';
import { changed, connectionString, eventually, rejection } from './support.mjs';

neonConfig.pipelineConnect = process.env.PIPELINE === 'password' ? 'password' : false;
// Whether the server of the WebSocket asks for the password itself, as Neon does.
const proxied = process.env.RAW !== '1';
// Every way has a table of its own: they may run at the same time.
const table = `gateway_ws_${process.env.PIPELINE}_${process.env.RAW}_${process.env.GATEWAY_TLS}`;

const connected = async (url = connectionString) => {
  const client = new Client(url);
  await client.connect();
  return client;
};

const using = async (action, url) => {
  const client = await connected(url);
  try {
    return await action(client);
  } finally {
    await client.end();
  }
};

// The error of a client that is not let in. One that sends the password ahead does not wait for the answer.
const refusal = async (url) => {
  const client = new Client(url);
  client.on('error', () => {});
  return rejection(client.connect().then(() => client.query('select 1')));
};

before(() =>
  using(async (client) => {
    await client.query(`drop table if exists ${table}`);
    await client.query(`create table ${table} (id int8 primary key, name text not null unique)`);
  }),
);

after(() => using((client) => client.query(`drop table ${table}`)));

test('a client queries', async () => {
  const result = await using((client) => client.query('select 1 as a, $1::text as b', ['b']));
  assert.deepEqual(result.rows, [{ a: 1, b: 'b' }]);
  assert.deepEqual([result.command, result.rowCount], ['SELECT', 1]);
  assert.deepEqual(result.fields.map((field) => [field.name, field.dataTypeID]), [['a', 23], ['b', 25]]);
});

test('parameters keep their values', async () => {
  const date = new Date('2024-01-02T03:04:05.678Z');
  const bytes = Buffer.from([0, 1, 254, 255]);
  const values = [date, bytes, [1, null], ['a"', null], { a: [1] }, true, 9007199254740993n, null, 1.5];
  const result = await using((client) =>
    client.query(
      `select $1::timestamptz as date, $2::bytea as bytes, $3::int[] as ints, $4::text[] as texts, $5::jsonb as json,
        $6::bool as bool, $7::int8 as big, $8::text as nothing, $9::float8 as float`,
      values,
    ),
  );
  const [row] = result.rows;
  assert.deepEqual(row.date, date);
  assert.deepEqual([...row.bytes], [...bytes]);
  assert.deepEqual([row.ints, row.texts], [[1, null], ['a"', null]]);
  assert.deepEqual([row.json, row.bool, row.big, row.nothing, row.float], [{ a: [1] }, true, '9007199254740993', null, 1.5]);
});

test('rows can be arrays', async () => {
  const result = await using((client) => client.query({ text: 'select 1 as a, 2 as a', rowMode: 'array' }));
  assert.deepEqual(result.rows, [[1, 2]]);
});

test('statements can be prepared by name', async () => {
  await using(async (client) => {
    for (const n of [1, 2, 3]) {
      const result = await client.query({ name: 'twice', text: 'select $1::int * 2 as n', values: [n] });
      assert.deepEqual(result.rows, [{ n: 2 * n }]);
    }
    const { rows } = await client.query('select name from pg_prepared_statements');
    assert.deepEqual(rows, [{ name: 'twice' }]);
  });
});

test('several statements in one query have a result each', async () => {
  const results = await using((client) => client.query('select 1 as a; select 2 as b'));
  assert.deepEqual(results.map((result) => result.rows), [[{ a: 1 }], [{ b: 2 }]]);
});

test('queries can be sent without waiting', async () => {
  await using(async (client) => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, n) => client.query('select $1::int as n', [n])));
    assert.deepEqual(results.map((result) => result.rows[0].n), Array.from({ length: 20 }, (_, n) => n));
  });
});

test('large values go both ways', async () => {
  const large = 'x\u00e9'.repeat(1_500_000);
  const result = await using((client) => client.query('select $1::text as large', [large]));
  assert.ok(result.rows[0].large === large);
});

test('many rows arrive', async () => {
  const result = await using((client) => client.query('select n from generate_series(1, 50000) n'));
  assert.equal(result.rows.length, 50_000);
  assert.deepEqual([result.rows[0].n, result.rows.at(-1).n], [1, 50_000]);
});

test('a transaction is committed', async () => {
  await using(async (client) => {
    await client.query('begin');
    await client.query(`insert into ${table} values (1, 'one')`);
    const seen = await using((other) => other.query(`select from ${table} where id = 1`));
    assert.equal(seen.rowCount, 0);
    await client.query('commit');
  });
  const seen = await using((other) => other.query(`select name from ${table} where id = 1`));
  assert.deepEqual(seen.rows, [{ name: 'one' }]);
});

test('a transaction is rolled back to a savepoint, and as a whole', async () => {
  await using(async (client) => {
    await client.query('begin isolation level serializable');
    await client.query(`insert into ${table} values (2, 'two')`);
    await client.query('savepoint s');
    assert.equal((await rejection(client.query('select 1/0'))).code, '22012');
    assert.equal((await rejection(client.query('select 1'))).code, '25P02');
    await client.query('rollback to s');
    assert.equal((await client.query(`select from ${table} where id = 2`)).rowCount, 1);
    await client.query('rollback');
    assert.equal((await client.query(`select from ${table} where id = 2`)).rowCount, 0);
  });
});

test('a client that ends in a transaction leaves nothing', async () => {
  await using(async (client) => {
    await client.query('begin');
    await client.query(`insert into ${table} values (3, 'three')`);
  });
  await using(async (client) => {
    // The row would be locked.
    await client.query(`insert into ${table} values (3, 'three')`);
    await client.query(`delete from ${table} where id = 3`);
  });
});

test('settings stay with the session', async () => {
  await using(async (client) => {
    await client.query(`set application_name = 'kept'`);
    assert.deepEqual((await client.query('show application_name')).rows, [{ application_name: 'kept' }]);
  });
});

test('notifications arrive', async () => {
  await using(async (client) => {
    const heard = once(client, 'notification');
    await client.query(`listen ${table}`);
    await using((other) => other.query('select pg_notify($1, $2)', [table, 'payload']));
    const [notification] = await heard;
    assert.deepEqual([notification.channel, notification.payload], [table, 'payload']);
  });
});

test('notices arrive', async () => {
  await using(async (client) => {
    const heard = once(client, 'notice');
    await client.query(`do $$ begin raise notice 'mind'; end $$`);
    const [notice] = await heard;
    assert.deepEqual([notice.severity, notice.message], ['NOTICE', 'mind']);
  });
});

test('an error has all fields, and the session goes on', async () => {
  await using(async (client) => {
    const error = await rejection(client.query(`insert into ${table} values (10, 'same'), (11, 'same')`));
    assert.ok(error instanceof DatabaseError);
    assert.equal(error.message, `duplicate key value violates unique constraint "${table}_name_key"`);
    const { severity, code, detail, schema, table: of, constraint } = error;
    assert.deepEqual(
      { severity, code, detail, schema, of, constraint },
      {
        severity: 'ERROR',
        code: '23505',
        detail: 'Key (name)=(same) already exists.',
        schema: 'public',
        of: table,
        constraint: `${table}_name_key`,
      },
    );
    assert.ok(error.file && error.line && error.routine);
    assert.equal((await rejection(client.query('selec 1'))).position, '1');
    assert.deepEqual((await client.query('select 1 as one')).rows, [{ one: 1 }]);
  });
});

test('a wrong password is refused', async () => {
  const url = changed((url) => (url.password = 'wrong'));
  const error = await refusal(url);
  const user = new URL(url).username;
  const [message, code] = proxied
    ? [`password authentication failed for user '${user}'`, 'XX000']
    : [`password authentication failed for user "${user}"`, '28P01'];
  assert.deepEqual([error.message, error.code], [message, code]);
});

test('a missing database is refused', async () => {
  const error = await refusal(changed((url) => (url.pathname = '/nope')));
  assert.deepEqual([error.message, error.code], ['database "nope" does not exist', proxied ? 'XX000' : '3D000']);
});

test('options and application_name reach the database', async () => {
  const url = changed((url) => {
    url.searchParams.set('application_name', 'named');
    url.searchParams.set('options', '-c geqo_seed=0.25');
  });
  const result = await using((client) => client.query(`select current_setting('application_name') as name,
    current_setting('geqo_seed') as seed`), url);
  assert.deepEqual(result.rows, [{ name: 'named', seed: '0.25' }]);
});

test('a running statement can be cancelled', async () => {
  await using(async (client) => {
    const { rows } = await client.query('select pg_backend_pid() as pid');
    const cancelled = rejection(client.query('select pg_sleep(600)'));
    await using(async (other) => {
      const active = `select from pg_stat_activity where pid = $1 and state = 'active' and query like '%pg_sleep%'`;
      await eventually(async () => (await other.query(active, [rows[0].pid])).rowCount === 1);
      await other.query('select pg_cancel_backend($1)', [rows[0].pid]);
    });
    assert.equal((await cancelled).code, '57014');
    assert.deepEqual((await client.query('select 1 as one')).rows, [{ one: 1 }]);
  });
});

test('a session that the database ends is an error of the client', async () => {
  const client = await connected();
  const failed = once(client, 'error');
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const query = rejection(client.query('select pg_sleep(600)'));
  await using(async (other) => {
    await eventually(
      async () =>
        (await other.query(`select from pg_stat_activity where pid = $1 and state = 'active'`, [rows[0].pid])).rowCount === 1,
    );
    await other.query('select pg_terminate_backend($1)', [rows[0].pid]);
  });
  assert.equal((await query).code, '57P01');
  await failed;
});

test('a session ends with its client', async () => {
  const { rows } = await using((client) => client.query('select pg_backend_pid() as pid'));
  await using((other) =>
    eventually(async () => (await other.query('select from pg_stat_activity where pid = $1', [rows[0].pid])).rowCount === 0),
  );
});

test('a pool queries, and keeps its clients', async () => {
  const pool = new Pool({ connectionString, max: 2 });
  const pids = await Promise.all(
    Array.from({ length: 8 }, async () => (await pool.query('select pg_backend_pid() as pid')).rows[0].pid),
  );
  assert.ok(new Set(pids).size <= 2);
  assert.equal(pool.totalCount, new Set(pids).size);
  await pool.end();
});

test('a pool lends a client for a transaction', async () => {
  const pool = new Pool({ connectionString });
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query(`insert into ${table} values ($1, $2) returning id`, [40, 'forty']);
    assert.deepEqual(rows, [{ id: '40' }]);
    await client.query('rollback');
  } finally {
    client.release();
  }
  assert.equal((await pool.query(`select from ${table} where id = 40`)).rowCount, 0);
  await pool.end();
});

test('a pool can query over HTTP', async () => {
  neonConfig.poolQueryViaFetch = true;
  const pool = new Pool({ connectionString });
  try {
    const result = await pool.query('select $1::int as n', [5]);
    assert.deepEqual([result.rows, result.rowCount, result.command], [[{ n: 5 }], 1, 'SELECT']);
    assert.equal(pool.totalCount, 0);
  } finally {
    neonConfig.poolQueryViaFetch = false;
    await pool.end();
  }
});

test('the address of wsproxy is ignored', async () => {
  const before = neonConfig.wsProxy;
  try {
    neonConfig.wsProxy = () => `${process.env.GATEWAY}/v1?address=nowhere.invalid:1`;
    assert.deepEqual((await using((client) => client.query('select 1 as one'))).rows, [{ one: 1 }]);
  } finally {
    neonConfig.wsProxy = before;
  }
});
