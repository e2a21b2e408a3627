import { readFile, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readPidFile, writePidFile } from '../../daemon/pid-file.js'

/** Something that runs, and is not us. */
const other = process.ppid

t.test('a PID file holds the id while it is kept, and nothing is left behind (W3)', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'rqd.pid')
  const kept = await writePidFile(file)
  t.equal(await readFile(file, 'utf8'), `${process.pid}\n`)
  t.same(await readdir(folder), ['rqd.pid'])
  await kept.remove()
  t.same(await readdir(folder), [])
  await kept.remove()
})

t.test('a file whose process runs is left alone', async (t) => {
  const file = join(t.testdir({ 'rqd.pid': String(other) }), 'rqd.pid')
  t.same(await readPidFile(file), { state: 'held', pid: other })
  await t.rejects(writePidFile(file), {
    code: 'RQD_BAD_OPTION',
    message: new RegExp(`process ${other}.*is running.*--pid`),
  })
  t.equal(await readFile(file, 'utf8'), String(other))
})

t.test('a stale file is proved stale and replaced', async (t) => {
  const stale: Record<string, string> = { dead: '999999999', own: String(process.pid), empty: '', older: String(other) }
  for (const [title, text] of Object.entries(stale)) {
    const folder = t.testdir({ 'rqd.pid': text })
    const file = join(folder, 'rqd.pid')
    // Written before the process that has its number now began.
    if (title === 'older') await utimes(file, 1, 1)
    t.same(await readPidFile(file), { state: 'stale' }, title)
    const kept = await writePidFile(file)
    t.equal(await readFile(file, 'utf8'), `${process.pid}\n`, title)
    t.same(await readdir(folder), ['rqd.pid'], title)
    await kept.remove()
  }
})

t.test('of many that start at once on a stale file, one gets it', async (t) => {
  const file = join(t.testdir({ 'rqd.pid': '999999999' }), 'rqd.pid')
  const pids = [other, 1]
  const results = await Promise.allSettled(pids.map((pid) => writePidFile(file, pid)))
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
})

t.test('a file that is none of ours, or no place for one, is refused', async (t) => {
  const folder = t.testdir({ notes: 'remember the milk' })
  await t.rejects(writePidFile(join(folder, 'notes')), {
    message: /something else than a process id; it is left alone/,
  })
  await t.rejects(writePidFile(join(folder, 'none', 'rqd.pid')), { message: /cannot be written: ENOENT/ })
  t.equal(await readFile(join(folder, 'notes'), 'utf8'), 'remember the milk')
})

t.test('a file that became somebody else’s is not removed', async (t) => {
  const file = join(t.testdir({}), 'rqd.pid')
  const kept = await writePidFile(file)
  await writeFile(file, String(other))
  await kept.remove()
  t.equal(await readFile(file, 'utf8'), String(other))
})
