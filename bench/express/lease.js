// What a team would write first to lend numbers to visitors: a row for each number, and one UPDATE that
// takes the one that is free the longest and passes over those that others are taking at this moment.
import express from 'express';

// The index is what a team would add a week later: without it each request sorts all rows.
const TABLE = [
  'CREATE TABLE IF NOT EXISTS leases (number TEXT PRIMARY KEY, visitor TEXT, expires_at TIMESTAMPTZ NOT NULL)',
  'CREATE INDEX IF NOT EXISTS lease_expires ON leases (expires_at)',
];
const NUMBERS =
  "INSERT INTO leases SELECT '+1469555' || lpad(n::text, 4, '0'), NULL, now() - interval '1 hour' FROM generate_series(0, $1::int - 1) AS n ON CONFLICT DO NOTHING";
const LEND =
  "UPDATE leases SET visitor = $1, expires_at = now() + interval '5 minutes' WHERE number = (SELECT number FROM leases WHERE expires_at < now() ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING number";

export async function lend(app, pool) {
  for (const statement of TABLE) await pool.query(statement);
  await pool.query(NUMBERS, [process.env.NUMBERS]);
  await pool.query('ANALYZE leases');

  app.post('/dni/v1/assign', express.json(), async (request, response) => {
    const { visitor } = request.body;
    const { rows } = await pool.query({ name: 'lend', text: LEND, values: [visitor] });
    const number = rows.length > 0 ? rows[0].number : '';
    response.json({ number, expires_in_s: 300 });
  });
}
