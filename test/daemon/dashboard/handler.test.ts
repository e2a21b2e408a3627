import { createServer } from 'node:http'
import t from 'tap'
import { MOST_FORM_BYTES } from '../../../daemon/dashboard/ask.js'
import { Factory } from '../../helpers/factory.js'
import { Visiting, listen, operateToken, startSite } from './support.js'

t.test('a form that is too large is refused with a word, and the next one is read', async (t) => {
  const { signedIn } = await startSite(t)
  const visiting = await signedIn()
  const { status, text } = await visiting.post('/do/queue-pause', `x=${'y'.repeat(MOST_FORM_BYTES)}`)
  t.equal(status, 413)
  t.equal(text, 'The form is too large.\n')
  t.equal((await visiting.post('/do/queue-pause', `x=${'y'.repeat(MOST_FORM_BYTES - 10)}`)).status, 403)
})

t.test('what fails inside is logged, and not told', async (t) => {
  const { visitor, logger } = await startSite(t, {
    admission: { kind: 'application', authenticate: () => Promise.reject(new Error('secret inside')) },
  })
  const { status, text, headers } = await visitor().get('/queues')
  t.equal(status, 500)
  t.notMatch(text, 'secret')
  t.match(headers['content-security-policy'], "default-src 'none'")
  t.match(logger.fields.at(-1), { path: '/queues', error: 'secret inside' })
})

t.test('a form is the same, however the application has read it before', async (t) => {
  const { mounted, redis } = await startSite(t)
  await new Factory(redis.client).enqueue('job')
  // What stands in `request.body` instead of the body, by the kinds that frameworks leave there.
  const kinds: [string, (text: string) => unknown, boolean][] = [
    ['text', (text) => text, true],
    ['bytes', (text) => Buffer.from(text), true],
    ['an object', (text) => Object.fromEntries(new URLSearchParams(text)), true],
    ['an empty object, and nobody has read it', () => ({}), false],
    ['nothing', () => undefined, false],
  ]
  for (const [what, leave, isRead] of kinds) {
    const server = createServer((request, response) => {
      void (async () => {
        if (request.method === 'POST' && isRead) {
          let text = ''
          for await (const part of request as AsyncIterable<Buffer>) text += part.toString()
          Object.assign(request, { body: leave(text) })
        } else Object.assign(request, { body: leave('') })
        await mounted.handle(request, response, {
          base: '',
          path: (request.url ?? '').split('?')[0] ?? '',
        })
      })()
    })
    const visiting = new Visiting(await listen(t, server))
    await visiting.post('/sign-in', { token: operateToken })
    const { status } = await visiting.act('', 'queue-pause', { queue: 'q', back: '/queues' })
    t.equal(status, 303, what)
    t.match((await visiting.get('/queues')).text, 'Queue q is paused', what)
  }
})
