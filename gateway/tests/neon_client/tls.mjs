// Over TLS, with an authority that NODE_EXTRA_CA_CERTS names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, neon } from '@neondatabase/serverless';
import { connectionString } from './support.mjs';

test('HTTP is encrypted', async () => {
  assert.deepEqual(await neon(connectionString)`select 1 as one`, [{ one: 1 }]);
});

test('a transaction over HTTP is encrypted', async () => {
  const sql = neon(connectionString);
  assert.deepEqual(await sql.transaction([sql`select 1 as one`, sql`select 2 as two`]), [[{ one: 1 }], [{ two: 2 }]]);
});

test('a WebSocket is encrypted', async () => {
  const client = new Client(connectionString);
  await client.connect();
  assert.deepEqual((await client.query('select $1::int as one', [1])).rows, [{ one: 1 }]);
  await client.end();
});
