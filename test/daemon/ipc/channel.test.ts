import { Duplex } from 'node:stream'
import t from 'tap'
import { Channel } from '../../../daemon/ipc/channel.js'
import { encodeFrame } from '../../../daemon/ipc/frames.js'
import { waitFor } from '../../helpers/wait-for.js'

/** A stream whose far side the test plays. */
function setup() {
  const writes: Buffer[] = []
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      writes.push(chunk)
      done()
    },
    writev: (chunks, done) => {
      writes.push(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)))
      done()
    },
  })
  const channel = new Channel<unknown, string>(stream, {
    wire: {
      write: (message) => message,
      read: (value) => {
        if (typeof value !== 'string') throw new Error('no text')
        return value
      },
    },
    maxFrameBytes: 1_000_000,
  })
  const closes: (Error | undefined)[] = []
  channel.onClose((error) => closes.push(error))
  return { writes, stream, channel, closes }
}

void t.test('messages of one turn leave in one write, in order', async (t) => {
  const { writes, channel } = setup()
  const big = 'x'.repeat(60_000)
  for (const message of ['a', 'b', big, big]) t.equal(channel.send(message), true)
  t.ok(channel.bufferedBytes > 120_000)
  t.equal(writes.length, 0)
  await channel.flushed()
  t.equal(channel.bufferedBytes, 0)
  t.same(writes.filter((chunk) => chunk.length > 0).length, 1)
  t.same(Buffer.concat(writes), Buffer.concat(['a', 'b', big, big].map((message) => encodeFrame(message))))
  channel.send('later')
  await waitFor('the write at the end of the turn', () => writes.at(-1)?.equals(encodeFrame('later')))
})

void t.test('flush does not wait for the end of the turn', (t) => {
  const { writes, channel } = setup()
  channel.send('now')
  channel.flush()
  t.same(writes, [encodeFrame('now')])
  t.end()
})

void t.test('good messages are heard, then the bad one closes the channel', async (t) => {
  const { stream, channel, closes } = setup()
  const heard: string[] = []
  channel.onMessage((message) => heard.push(message))
  t.throws(() => channel.onMessage(() => undefined), { code: 'RQD_PROTOCOL' })
  stream.push(Buffer.concat([encodeFrame('good'), encodeFrame(7), encodeFrame('never')]))
  await waitFor('the close', () => closes.length > 0)
  t.same(heard, ['good'])
  t.match(closes, [{ message: 'no text' }])
  t.equal(channel.closed, true)
  t.equal(channel.send('dropped'), false)
  await channel.flushed()
  const late = await new Promise((resolve) => channel.onClose(resolve))
  t.match(late, { message: 'no text' }, 'a late listener hears it too')
})

void t.test('garbage frames, broken streams and throwing listeners close with their error', async (t) => {
  const garbage = setup()
  garbage.channel.onMessage(() => undefined)
  garbage.stream.push(Buffer.from('GET / HTTP/1.1\r\n'))
  await waitFor('the close', () => garbage.closes.length > 0)
  t.match(garbage.closes, [{ code: 'RQD_PROTOCOL' }])

  const broken = setup()
  broken.stream.destroy(new Error('EPIPE'))
  await waitFor('the close', () => broken.closes.length > 0)
  t.match(broken.closes, [{ message: 'EPIPE' }])

  const throwing = setup()
  throwing.channel.onMessage(() => {
    throw new Error('bug')
  })
  throwing.stream.push(encodeFrame('x'))
  await waitFor('the close', () => throwing.closes.length > 0)
  t.match(throwing.closes, [{ message: 'bug' }])
})

void t.test('an end is told once: in order between frames, RQD_PROTOCOL inside one', async (t) => {
  const between = setup()
  between.channel.onMessage(() => undefined)
  between.stream.push(null)
  await waitFor('the close', () => between.closes.length > 0)
  between.channel.close(new Error('too late'))
  t.same(between.closes, [undefined])

  const inside = setup()
  inside.channel.onMessage(() => undefined)
  inside.stream.push(encodeFrame('cut').subarray(0, 5))
  inside.stream.push(null)
  await waitFor('the close', () => inside.closes.length > 0)
  t.match(inside.closes, [{ code: 'RQD_PROTOCOL', message: /middle of a frame/ }])
})

void t.test('a message that does not fit a frame throws at its sender and leaves the channel usable', async (t) => {
  const { writes, channel } = setup()
  t.throws(() => channel.send('x'.repeat(1_000_001)), { code: 'RQD_PROTOCOL' })
  channel.send('fits')
  await channel.flushed()
  t.same(writes[0], encodeFrame('fits'))
})
