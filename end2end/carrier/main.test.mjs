import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from './numbers-world.mjs';
import { clientOf } from './twilio-client.mjs';
import { startStub, twiml } from './webhook-stub.mjs';

const MAIN = fileURLToPath(new URL('main.mjs', import.meta.url));
const OWN = `AC${'1'.repeat(32)}`;
const SECOND = `AC${'2'.repeat(32)}`;

/** What a program says in its first line, as JSON; it ends with the test. */
async function started(t, command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, told: JSON.parse(line) };
}

test('with --rest-only it serves the REST API and the side door', async (t) => {
  const { child, told } = await started(t, process.execPath, [
    MAIN, '--rest-only', '--seed', '9', '--account', OWN, '--token', 'secret', '--accounts', `${SECOND}:a:b`,
    '--faults', 'lostAfterBuy=0.25,unavailable=0.75', '--lag-ms', '20', '--slow-ms', '30',
  ]);
  assert.deepEqual(told, { port: told.port, url: `http://127.0.0.1:${told.port}`, account: OWN, seed: 9 });
  const { odds } = await (await fetch(`${told.url}/control/faults`)).json();
  assert.deepEqual([odds.lostAfterBuy, odds.unavailable, odds.fail, odds.lagMs, odds.slowMs], [0.25, 0.75, 0, 20, 30]);
  for (const [sid, token] of [[OWN, 'secret'], [SECOND, 'a:b']]) {
    assert.equal((await clientOf(told.url, sid, token).api.v2010.accounts(sid).fetch()).sid, sid);
  }
  child.kill();
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM']);
});

test('with --rest-only it ends when who started it is gone', async (t) => {
  const { child, told } = await started(t, 'sh', ['-c', '"$0" "$1" --rest-only & wait', process.execPath, MAIN]);
  assert.equal((await fetch(`${told.url}/control/ledger`)).status, 200);
  child.kill('SIGKILL');
  await until(() => fetch(`${told.url}/control/ledger`).then(() => false, () => true));
});

test('wrong usage is told and ends with 2', () => {
  for (const [args, complaint] of [
    [[], /^--base and --to are needed/], [['--rest-only', '--base', 'http://x', '--to', '1'], /^--rest-only does without --base, --to/],
    [['--rest-only', '--faults', 'busy=0.1'], /^no such fault: busy; there are tooMany, /], [['--rest-only', '--faults', 'fail'], /^--faults takes NAME=PROBABILITY, not fail/],
    [['--rest-only', '--faults', 'fail=often'], /^fail must be a number from 0 to 1/], [['--rest-only', '--lag-ms=-1'], /^--lag-ms must be/],
    [['--rest-only', '--accounts', OWN], /^--accounts takes SID:TOKEN/], [['--base', 'http://x', '--to', '1', '--faults', 'busy=1'], /^no such fault/],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', timeout: 10_000 });
    assert.match(stderr, complaint);
    assert.equal(status, 2, args.join(' '));
  }
});

test('without it, it places calls and says how they went', async (t) => {
  const stub = await startStub({ '/api/webhooks/voice': twiml('<Reject/>') });
  t.after(() => stub.close());
  const { told, child } = await new Promise((resolve, reject) => {
    const run = spawn(process.execPath, [MAIN, '--base', stub.url, '--to', '+18885550199', '--calls', '2', '--faults', 'fail=1'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    run.stdout.on('data', (part) => { text += part; });
    run.on('error', reject).on('close', () => resolve({ told: JSON.parse(text), child: run }));
  });
  assert.deepEqual([child.exitCode, told.calls], [0, 2]);
});
