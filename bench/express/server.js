// The handler a team would write first: parse Twilio's form, note the call with one INSERT, answer
// TwiML. One process, no cluster, no signature check, no routing: what is measured is the stack.
import express from 'express';
import pg from 'pg';
import { lend } from './lease.js';

const TWIML =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Dial timeout="25" answerOnBridge="true"><Number>+12145550187</Number></Dial></Response>';

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.CONNECTIONS),
});
await pool.query(
  'CREATE TABLE IF NOT EXISTS express_call (id BIGSERIAL PRIMARY KEY, carrier_sid TEXT NOT NULL UNIQUE, caller TEXT NOT NULL, dialed TEXT NOT NULL, arrived_at TIMESTAMPTZ NOT NULL DEFAULT now())',
);

const app = express();
// Work that nobody needs here, and that the other servers do not do either.
app.disable('etag');
app.disable('x-powered-by');

app.get('/readyz', (_request, response) => {
  response.sendStatus(200);
});

app.post('/api/webhooks/voice', express.urlencoded({ extended: false }), async (request, response) => {
  const { CallSid, From, To } = request.body;
  await pool.query({
    name: 'add-call',
    text: 'INSERT INTO express_call (carrier_sid, caller, dialed) VALUES ($1, $2, $3)',
    values: [CallSid, From, To],
  });
  response.type('text/xml').send(TWIML);
});

await lend(app, pool);

app.listen(Number(process.env.PORT), '127.0.0.1');
