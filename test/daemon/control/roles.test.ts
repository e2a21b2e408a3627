import { chmod, lstat } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ControlSockets } from '../../../daemon/control/sockets.js'
import { socketAccess } from '../../../daemon/control/socket-access.js'
import { EventHub } from '../../../daemon/events/hub.js'
import { systemClock } from '../../../src/clock.js'
import { runRqctl } from '../cli/run-rqctl.js'
import { FakeOperations } from './fake-operations.js'
import { MemoryLogger, RawCaller, noData, tempFolder } from './harness.js'

async function startSockets(t: Test, options: Parameters<typeof ControlSockets.make>[1] = {}, closed = false) {
  const folder = await tempFolder(t)
  if (!closed) await chmod(folder, 0o755)
  const [full, read] = [join(folder, 'rqd.sock'), join(folder, 'read.sock')]
  const operations = new FakeOperations()
  const logger = new MemoryLogger()
  const events = new EventHub(systemClock)
  const served = { operations, data: noData, events, logger, name: 'web-1', version: '1.2.3' }
  const sockets = await ControlSockets.make(served, { readSocket: read, ...options }, full)
  await sockets.start()
  t.teardown(() => sockets.stop())
  return { full, read, operations, logger }
}

const modeOf = async (path: string) => ((await lstat(path)).mode & 0o777).toString(8)
const ownGroup = process.getgid?.() ?? 0

t.test('C1: on the read-only socket what changes something is refused, logged, and has no effect', async (t) => {
  const { full, read, operations, logger } = await startSockets(t)
  const caller = new RawCaller(t, read)
  caller.send('{"jsonrpc":"2.0","id":1,"method":"status"}\n')
  await caller.lines(1)
  caller.send('{"jsonrpc":"2.0","id":2,"method":"pause","params":{"queues":["low"]}}\n')
  const [status, pause] = await caller.lines(2)
  t.match(status, { result: { state: 'running' } })
  t.match(pause, { error: { code: -32030, data: { code: 'RQD_READ_ONLY' } } })
  t.match(JSON.stringify(pause), `pause changes something, and the socket ${read} is for reading only: use ${full}`)
  t.same(operations.calls, [['status']])
  t.match(
    logger.lines.filter(({ sentence }) => sentence === 'control call'),
    [{ fields: { method: 'pause', outcome: 'RQD_READ_ONLY', socket: read } }],
  )
  caller.send('{"jsonrpc":"2.0","id":3,"method":"hello","params":{"client":"x"}}\n')
  t.match((await caller.lines(3))[2], { result: { name: 'web-1', version: '1.2.3', readOnly: true } })
  const other = new RawCaller(t, full).send('{"jsonrpc":"2.0","id":1,"method":"pause"}\n')
  t.match(await other.lines(1), [{ result: { paused: ['high', 'low'] } }])
})

t.test('rqctl on the read-only socket says what to do', async (t) => {
  const { full, read } = await startSockets(t)
  t.equal((await runRqctl(['ping', '--socket', read])).code, 0)
  const { code, stderr } = await runRqctl(['pause', '--socket', read])
  t.equal(code, 1)
  t.equal(
    stderr,
    `rqctl: pause changes something, and the socket ${read} is for reading only: use ${full}, if you may\n`,
  )
})

t.test('C1: each socket has a mode and a group of its own', async (t) => {
  const { full, read, logger } = await startSockets(t, {
    socketMode: '0600',
    readSocketMode: '0666',
    readSocketGroup: String(ownGroup),
  })
  t.same([await modeOf(full), await modeOf(read)], ['600', '666'])
  t.equal((await lstat(read)).gid, ownGroup)
  t.same(
    logger.lines.filter(({ level }) => level === 'warn'),
    [],
  )
  const grouped = await startSockets(t, { socketGroup: String(ownGroup) })
  t.same([await modeOf(grouped.full), await modeOf(grouped.read)], ['660', '600'])
})

t.test('a socket for others in a folder that is closed to them is told of', async (t) => {
  const { full, logger } = await startSockets(t, { socketMode: '0666' }, true)
  t.match(logger.lines, [{ level: 'warn', sentence: /its folder is closed/, fields: { path: full } }])
})

t.test('a group is found by its name; one that does not exist, or may not be given, is refused', async (t) => {
  t.same(await socketAccess(undefined, 'root', 'socket-group'), { mode: 0o660, groupId: 0 })
  t.same(await socketAccess('0600', undefined, 'socket-group'), { mode: 0o600, groupId: null })
  await t.rejects(socketAccess(undefined, 'nobody-has-this', 'socket-group'), {
    code: 'RQD_BAD_OPTION',
    message: /socket-group is "nobody-has-this": \/etc\/group has no such group; create it/,
  })
  const stranger = '4294967294'
  if (process.getuid?.() === 0) return
  await t.rejects(startSockets(t, { socketGroup: stranger }), {
    code: 'RQD_BAD_OPTION',
    message: /cannot be given to the group 4294967294/,
  })
})
