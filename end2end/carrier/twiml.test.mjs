import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTwiml } from './twiml.mjs';
import { twiml } from './webhook-stub.mjs';
import { parseXml } from './xml.mjs';

function problems(verbs, place) {
  const { root, error } = parseXml(twiml(verbs));
  assert.equal(error, undefined);
  return checkTwiml(root, place);
}

const GOOD = [
  '',
  '<Say voice="alice" language="en-GB" loop="2">Hello &amp; welcome</Say><Hangup/>',
  '<Reject reason="busy"/>',
  '<Dial timeout="20" callerId="+15551230000" answerOnBridge="true" record="record-from-answer-dual" action="https://a.example/x" method="POST" recordingStatusCallback="https://a.example/r" recordingStatusCallbackEvent="in-progress completed absent"><Number url="https://a.example/w" statusCallback="https://a.example/s" statusCallbackEvent="initiated ringing answered completed">+15557654321</Number></Dial>',
  '<Dial><Sip username="u" password="p">sip:alice@pbx.example;transport=tls?X-Call=1&amp;User-to-User=2</Sip></Dial>',
  '<Dial>+15557654321</Dial>',
  '<Gather input="dtmf speech" action="https://a.example/g" numDigits="1" timeout="5" finishOnKey="" speechTimeout="auto"><Say>Press 1</Say><Play>https://a.example/p.mp3</Play><Pause length="1"/></Gather><Redirect>https://a.example/again</Redirect>',
  '<Say>Leave a message</Say><Record action="https://a.example/done" maxLength="120" finishOnKey="#" timeout="5"/>',
];

test('documents of a good product pass', () => {
  for (const verbs of GOOD) assert.deepEqual(problems(verbs), [], verbs);
});

const BAD = {
  '<dial>+15557654321</dial>': /not a known verb/,
  '<Enqueue>q</Enqueue>': /refused/,
  '<Dial colour="red">+15557654321</Dial>': /not a known attribute/,
  '<Dial timeout="4">+15557654321</Dial>': /from 5 to 600/,
  '<Dial timeLimit="14401">+15557654321</Dial>': /from 1 to 14400/,
  '<Dial answerOnBridge="yes">+15557654321</Dial>': /one of true, false/,
  '<Dial callerId="anonymous"><Number>+15557654321</Number></Dial>': /E\.164/,
  '<Dial><Number>5557654321</Number></Dial>': /must match/,
  '<Dial action="/relative">+15557654321</Dial>': /absolute/,
  '<Dial action="https://under_score.example/x">+15557654321</Dial>': /underscore/,
  '<Dial><Say>Hi</Say></Dial>': /not allowed here/,
  '<Dial></Dial>': /E\.164/,
  '<Dial><Sip>bob</Sip></Dial>': /SIP URI/,
  '<Dial><Sip>sip:a@b.example?Evil=1</Sip></Dial>': /X- header/,
  '<Say></Say>': /not be empty/,
  '<Say loop="1001">x</Say>': /from 0 to 1000/,
  '<Pause length="0"/>': /from 1/,
  '<Say>Hi</Say><Reject/>': /first verb/,
  '<Gather action="https://a.example/g"><Gather action="https://a.example/g"/></Gather>': /not allowed here/,
  '<Gather action="https://a.example/g" finishOnKey="12"/>': /must match/,
  '<Redirect></Redirect>': /not be empty/,
  'words': /takes no text/,
  '<Number>+15557654321</Number>': /not allowed here/,
};

test('each rule is kept', () => {
  for (const [verbs, expected] of Object.entries(BAD)) {
    const found = problems(verbs).filter((one) => one.severity === 'error');
    assert.ok(found.some((one) => expected.test(one.problem)), `${verbs}: ${JSON.stringify(found)}`);
  }
});

test('eleven nouns are too many', () => {
  assert.match(problems(`<Dial>${'<Number>+15557654321</Number>'.repeat(11)}</Dial>`)[0].problem, /more than 10/);
});

test('a whisper takes fewer verbs', () => {
  assert.deepEqual(problems('<Gather action="https://a.example/g"><Say>Press 1</Say></Gather><Hangup/>', 'whisper'), []);
  assert.match(problems('<Dial>+15557654321</Dial>', 'whisper')[0].problem, /not allowed/);
});

test('unreachable verbs and a Gather without action are warnings', () => {
  const found = problems('<Gather/><Redirect>https://a.example/x</Redirect><Say>never</Say>');
  assert.deepEqual(found.map((one) => one.severity), ['warning', 'warning']);
});

test('what is not well formed is an error', () => {
  assert.ok(parseXml('<Response><Say>a & b</Say></Response>').error);
  assert.ok(parseXml('<Response>').error);
  assert.ok(parseXml('').error);
  assert.ok(parseXml('<!DOCTYPE x><Response/>').error);
  assert.equal(parseXml('<?xml version="1.0"?><!-- c --><Response/>').root.name, 'Response');
});
