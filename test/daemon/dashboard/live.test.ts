import { type IncomingMessage, createServer, get } from 'node:http'
import t, { type Test } from 'tap'
import { Live } from '../../../daemon/dashboard/live.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { waitFor } from '../../helpers/wait-for.js'
import { listen } from './support.js'

/** A page that is followed. */
interface Following {
  readonly reply: IncomingMessage
  text(): string
  isOver(): boolean
}

async function setup(t: Test, fingerprint: () => Promise<string>) {
  const logger = new RecordingLogger()
  const live = new Live({ fingerprint, logger })
  const origin = await listen(
    t,
    createServer((_, response) => live.add(response)),
  )
  t.teardown(() => live.close())
  const follow = (): Promise<Following> =>
    new Promise((resolve, reject) => {
      const sent = get(origin, { agent: false }, (reply) => {
        let text = ''
        let isOver = false
        reply.setEncoding('utf8').on('data', (part: string) => (text += part))
        reply.on('error', () => undefined).on('close', () => (isOver = true))
        resolve({ reply, text: () => text, isOver: () => isOver })
      })
      sent.on('error', reject)
      t.teardown(() => sent.destroy())
    })
  return { live, logger, follow }
}

t.test('pages hear of what is new by itself, and at once of what they have done', async (t) => {
  let print = 'a'
  const { live, follow } = await setup(t, async () => print)
  const page = await follow()
  t.match(page.reply.headers, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  await waitFor('the first change', () => page.text().includes('event: change\ndata: 1\n'))
  print = 'b'
  await waitFor('the second change', () => /event: change\ndata: [2-9]\n/.test(page.text()))
  live.nudge()
  await waitFor('the nudge', () => page.text().includes('event: change\ndata: now\n'))
})

t.test('trouble is told to pages, and once to the log', async (t) => {
  let isAway = true
  const { logger, follow } = await setup(t, () => (isAway ? Promise.reject(new Error('gone')) : Promise.resolve('a')))
  const page = await follow()
  await waitFor('word of two failed looks', () => page.text().split('event: trouble').length > 2)
  t.equal(logger.count('warn the dashboard cannot look for changes'), 1)
  isAway = false
  await waitFor('the page to hear that it is over', () => page.text().includes('event: change'))
})

t.test('nobody listens, nothing is asked', async (t) => {
  let asked = 0
  const { follow, live } = await setup(t, async () => String(asked++))
  live.nudge()
  t.equal(asked, 0)
  const page = await follow()
  await waitFor('a look', () => asked > 0)
  page.reply.destroy()
})

t.test('there is an end to listeners, and all of them hear it when the dashboard closes', async (t) => {
  const { live, follow } = await setup(t, async () => 'a')
  const pages = await Promise.all(Array.from({ length: 64 }, follow))
  t.ok(pages.every(({ reply }) => reply.statusCode === 200))
  const late = await follow()
  t.equal(late.reply.statusCode, 503)
  t.equal(late.reply.headers['retry-after'], '30')
  live.close()
  await waitFor('all pages to hear the end', () => pages.every(({ isOver }) => isOver()))
})
