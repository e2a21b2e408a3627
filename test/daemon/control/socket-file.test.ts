import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, lstat, readFile, readdir, rename, symlink, unlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { ControlServer } from '../../../daemon/control/server.js'
import { EventHub } from '../../../daemon/events/hub.js'
import { systemClock } from '../../../src/clock.js'
import { silentLogger } from '../../../src/logger.js'
import { FakeOperations } from './fake-operations.js'
import { RawCaller, noData, startServer, tempFolder } from './harness.js'

const newServer = (path: string): ControlServer =>
  new ControlServer({
    path,
    operations: new FakeOperations(),
    data: noData,
    events: new EventHub(systemClock),
    logger: silentLogger,
  })

/** Leave a socket behind as a killed daemon does. */
async function leaveStaleSocket(path: string): Promise<void> {
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['-e', script, path], { stdio: 'ignore' }), 'close')
}

async function answers(t: Parameters<typeof tempFolder>[0], path: string): Promise<boolean> {
  const caller = new RawCaller(t, path).send('{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
  return (await caller.lines(1))[0]?.['result'] === 'pong'
}

t.test('the socket is for its owner alone, and nothing else is left in its folder', async (t) => {
  const folder = join(await tempFolder(t), 'new')
  const path = join(folder, 'rqd.sock')
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const { server } = await startServer(t, { path })
  t.equal(process.umask(0), 0, 'the mask is as it was')
  const found = await lstat(path)
  t.ok(found.isSocket())
  t.equal(found.mode & 0o777, 0o600)
  t.equal((await lstat(folder)).mode & 0o777, 0o700)
  t.same(await readdir(folder), ['rqd.sock'])
  await server.stop()
  t.same(await readdir(folder), [])
})

t.test('a stale socket is taken over', async (t) => {
  const path = join(await tempFolder(t), 'rqd.sock')
  await leaveStaleSocket(path)
  t.ok((await lstat(path)).isSocket())
  await startServer(t, { path })
  t.ok(await answers(t, path))
})

t.test('a live socket is refused and goes on', async (t) => {
  const { path } = await startServer(t)
  await t.rejects(newServer(path).start(), { code: 'RQD_SOCKET_IN_USE', message: new RegExp(path) })
  t.ok(await answers(t, path))
  t.same(await readdir(join(path, '..')), ['rqd.sock'])
})

t.test('the live socket of any other program is refused too', async (t) => {
  const path = join(await tempFolder(t), 'rqd.sock')
  const other = createServer((socket) => socket.destroy()).listen(path)
  t.teardown(() => other.close())
  await once(other, 'listening')
  await t.rejects(newServer(path).start(), { code: 'RQD_SOCKET_IN_USE' })
})

t.test('what is no socket is never removed', async (t) => {
  const folder = await tempFolder(t)
  const path = join(folder, 'rqd.sock')
  await writeFile(path, 'precious')
  await t.rejects(newServer(path).start(), { code: 'RQD_BAD_OPTION', message: /is no socket; it is left alone/ })
  t.equal(await readFile(path, 'utf8'), 'precious')
  await unlink(path)
  await symlink(join(folder, 'elsewhere'), path)
  await t.rejects(newServer(path).start(), { code: 'RQD_BAD_OPTION' })
  t.ok((await lstat(path)).isSymbolicLink())
  t.same(await readdir(folder), ['rqd.sock'])
})

t.test('of daemons that race for a path exactly one gets it, stale socket or none', async (t) => {
  for (let round = 0; round < 10; round++) {
    const path = join(await tempFolder(t), 'rqd.sock')
    if (round % 2 === 0) await leaveStaleSocket(path)
    const servers = Array.from({ length: 8 }, () => newServer(path))
    t.teardown(() => Promise.all(servers.map((server) => server.stop())))
    const results = await Promise.allSettled(servers.map((server) => server.start()))
    const lost = results.filter((result) => result.status === 'rejected')
    t.equal(lost.length, 7)
    for (const { reason } of lost) t.match(reason, { code: 'RQD_SOCKET_IN_USE' })
    t.ok(await answers(t, path))
    t.same(await readdir(join(path, '..')), ['rqd.sock'])
  }
})

t.test('stop removes the socket only if it is still ours', async (t) => {
  const { path, server } = await startServer(t)
  await unlink(path)
  const { server: second } = await startServer(t, { path })
  await server.stop()
  t.ok(await answers(t, path), 'the second daemon keeps its socket')
  await rename(path, `${path}.moved`)
  await second.stop()
  t.ok((await lstat(`${path}.moved`)).isSocket(), 'what was moved away is not hunted down')
})

t.test('a folder that others may write to is refused before anything is made in it', async (t) => {
  const folder = await tempFolder(t)
  await chmod(folder, 0o777)
  await t.rejects(newServer(join(folder, 'rqd.sock')).start(), { code: 'RQD_BAD_OPTION', message: /mode 0777/ })
  t.same(await readdir(folder), [])
})

t.test('the longest path works, also with a short name', async (t) => {
  const folder = await tempFolder(t)
  const filler = join(folder, 'd'.repeat(107 - folder.length - 3))
  const { path } = await startServer(t, { path: join(filler, 's') })
  t.equal(path.length, 107)
  t.ok(await answers(t, path))
})
