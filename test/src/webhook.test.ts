import t from 'tap'
import { webhook, type WebhookOptions } from '../../src/index.js'
import { webhookOf } from '../../src/webhook.js'

void t.test('a webhook has RQ’s defaults', (t) => {
  const plain = { url: 'https://example.com/a', jobStatus: 'finished', method: 'POST', headers: null, timeoutSec: 10 }
  t.strictSame(webhookOf(webhook('https://example.com/a')), plain)
  const options = { jobStatus: 'failed', method: 'GET', headers: { a: 'b' }, timeout: '1m' } as const
  t.match(webhookOf({ url: 'http://[::1]:80/', ...options }), { headers: { a: 'b' }, timeoutSec: 60 })
  t.end()
})

void t.test('what is wrong is refused by name, and secrets are not repeated', (t) => {
  const url = 'http://example.com/'
  const cases: [unknown, RegExp][] = [
    [{ url: 'example.com' }, /^url of the webhook is "example.com"; expected an http: or https: address$/],
    [{ url: 'file:///etc/passwd' }, /^url of the webhook/],
    [{ url: 5 }, /^url of the webhook is 5/],
    [{ url, jobStatus: 'started' }, /^jobStatus of the webhook is "started"; expected "finished" or "failed"$/],
    [{ url, method: 'PUT' }, /^method of the webhook is "PUT"/],
    [{ url, headers: { 'a b': 'secret' } }, /^the headers of a webhook are/],
    [{ url, timeout: 61 }, /^timeout of the webhook is 61; expected 1 to 60 seconds$/],
    [{ url: 'http://me:secret@example.com/' }, /^the url of a webhook holds credentials/],
  ]
  for (const [option, message] of cases) {
    t.throws(() => webhookOf(option as WebhookOptions), { code: 'RQD_BAD_OPTION', message })
  }
  t.throws(() => webhook('http://me:secret@example.com/'), { message: /^(?!.*secret)/ })
  t.throws(() => webhook(url, { timeout: 'soon' }), { code: 'RQD_BAD_DURATION' })
  t.end()
})
