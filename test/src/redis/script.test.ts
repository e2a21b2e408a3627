import { createHash } from 'node:crypto'
import t from 'tap'
import { asInteger, asList, asText, defineScript, runScript } from '../../../src/redis/script.js'
import { scripts } from '../../../src/redis/scripts.js'
import { lua } from '../../../src/redis/scripts.generated.js'
import { startRedis } from '../../helpers/redis.js'

const echo = defineScript({
  source: source('echo', 'return { KEYS, ARGV }'),
  keys: ['first', 'second'],
  args: ['one', 'two'],
  record: ['a', 'b'],
})

void t.test('names become positions: keys, more keys; arguments, more arguments, records', async (t) => {
  const { client } = await startRedis(t)
  const reply = await runScript(client, echo, {
    keys: { second: 'k2', first: 'k1' },
    moreKeys: ['k3'],
    args: { two: 2, one: 'é' },
    moreArgs: [Uint8Array.of(0xff, 0), ''],
    records: [
      { b: 1.5, a: Buffer.from('x') },
      { a: 'y', b: -1 },
    ],
  })
  const [keys, args] = asList(reply).map((list) => asList(list).map((item) => (item as Buffer).toString('latin1')))
  t.strictSame(keys, ['k1', 'k2', 'k3'])
  t.strictSame(args, [Buffer.from('é').toString('latin1'), '2', '\xff\0', '', 'x', '1.5', 'y', '-1'])
})

void t.test('a server that has forgotten the scripts is sent them again', async (t) => {
  const { client } = await startRedis(t)
  const call = { keys: { first: 'a', second: 'b' }, args: { one: 1, two: 2 } }
  const known = async (): Promise<unknown> => client.script('EXISTS', echo.source.sha1)
  t.strictSame(await known(), [0])
  await runScript(client, echo, call)
  t.strictSame(await known(), [1])
  await client.script('FLUSH')
  t.strictSame(await known(), [0])
  await runScript(client, echo, call)
  t.strictSame(await known(), [1])
})

void t.test('an error names the script and carries the one of the server', async (t) => {
  const { client } = await startRedis(t)
  const wrong = defineScript({ source: source('wrong', "return redis.error_reply('ODD thing')"), keys: [], args: [] })
  const call = { keys: {}, args: {} }
  const expected = {
    name: 'RqdError',
    code: 'RQD_REDIS',
    message: 'Redis could not run the script wrong: ODD thing',
    cause: { message: 'ODD thing' },
  }
  await t.rejects(runScript(client, wrong, call), expected, 'when it is sent')
  await t.rejects(runScript(client, wrong, call), expected, 'when it is known')
  client.disconnect()
  await t.rejects(runScript(client, wrong, call), { code: 'RQD_REDIS', message: /script wrong: / })
})

void t.test('replies of another shape are refused with what was found', (t) => {
  for (const [read, reply, message] of [
    [asText, 1, 'expected text in the reply of a script, found 1'],
    [asText, undefined, 'expected text in the reply of a script, found nothing'],
    [asList, Buffer.from('x'), 'expected a list in the reply of a script, found text'],
    [asInteger, [null, null], 'expected an integer in the reply of a script, found a list of 2'],
    [asList, null, 'expected a list in the reply of a script, found nothing'],
  ] as const) {
    t.throws(() => read(reply as never), { code: 'RQD_REDIS', message })
  }
  t.equal(asText(Buffer.from('é')), 'é')
  t.equal(asInteger(3), 3)
  t.end()
})

void t.test('every script is declared, with as many keys and arguments as its code reads', (t) => {
  t.strictSame(Object.keys(scripts).sort(), Object.keys(lua).sort())
  for (const { source, keys, args, record } of Object.values(scripts)) {
    const highest = (name: string): number =>
      Math.max(
        0,
        ...[...source.source.matchAll(new RegExp(`${name}\\[(\\d+)\\]`, 'g'))].map(([, digits]) => Number(digits)),
      )
    t.ok(highest('KEYS') <= keys.length, `${source.name}: KEYS`)
    t.ok(highest('ARGV') <= args.length, `${source.name}: ARGV`)
    t.equal(new Set<string>([...keys, ...args, ...record]).size, keys.length + args.length + record.length, source.name)
  }
  t.end()
})

function source(name: string, text: string): { name: string; sha1: string; source: string } {
  return { name, source: text, sha1: createHash('sha1').update(text).digest('hex') }
}
