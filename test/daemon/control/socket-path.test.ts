import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { checkSocketPath, defaultSocketPath, ensureSocketFolder, ownUid } from '../../../daemon/control/socket-path.js'
import { tempFolder } from './harness.js'

t.test('where the socket lies by default', (t) => {
  t.equal(defaultSocketPath({ RUNTIME_DIRECTORY: '/run/rqd', XDG_RUNTIME_DIR: '/run/user/7' }, 7), '/run/rqd/rqd.sock')
  t.equal(defaultSocketPath({ RUNTIME_DIRECTORY: '/run/rqd:/run/more' }, 7), '/run/rqd/rqd.sock')
  t.equal(defaultSocketPath({ RUNTIME_DIRECTORY: '', XDG_RUNTIME_DIR: '/run/user/7' }, 7), '/run/user/7/rqd/rqd.sock')
  t.equal(defaultSocketPath({ XDG_RUNTIME_DIR: '' }, 7), '/tmp/rqd-7/rqd.sock')
  t.equal(defaultSocketPath({}), `/tmp/rqd-${ownUid()}/rqd.sock`)
  t.end()
})

t.test('a path is made absolute and must fit into a socket address', (t) => {
  t.equal(checkSocketPath('/a/../b.sock'), '/b.sock')
  t.match(checkSocketPath('x.sock'), /^\/.*\/x\.sock$/)
  t.equal(checkSocketPath(`/${'x'.repeat(106)}`).length, 107)
  t.throws(() => checkSocketPath(`/${'x'.repeat(107)}`), {
    code: 'RQD_BAD_OPTION',
    message: /108 bytes; expected at most 107/,
  })
  t.throws(() => checkSocketPath(`/${'é'.repeat(54)}`), { code: 'RQD_BAD_OPTION', message: /109 bytes/ })
  t.throws(() => checkSocketPath(''), { code: 'RQD_BAD_OPTION' })
  t.throws(() => checkSocketPath('/a\0b'), { code: 'RQD_BAD_OPTION' })
  t.end()
})

t.test('a missing folder is made for its owner alone', async (t) => {
  const folder = join(await tempFolder(t), 'a', 'b')
  await ensureSocketFolder(join(folder, 'rqd.sock'))
  t.equal((await stat(folder)).mode & 0o777, 0o700)
  t.equal((await stat(join(folder, '..'))).mode & 0o777, 0o700)
})

t.test('a folder that is there must be ours and closed to writers', async (t) => {
  const folder = join(await tempFolder(t), 'there')
  await mkdir(folder)
  const path = join(folder, 'rqd.sock')
  for (const mode of [0o700, 0o755, 0o750]) {
    await chmod(folder, mode)
    await t.resolves(ensureSocketFolder(path), mode.toString(8))
  }
  for (const mode of [0o777, 0o1777, 0o770, 0o702]) {
    await chmod(folder, mode)
    await t.rejects(ensureSocketFolder(path), { code: 'RQD_BAD_OPTION', message: /chmod go-w/ }, mode.toString(8))
  }
  await chmod(folder, 0o700)
  const message = new RegExp(`belongs to uid ${ownUid()}; expected uid ${ownUid() + 1}`)
  await t.rejects(ensureSocketFolder(path, { uid: ownUid() + 1 }), { code: 'RQD_BAD_OPTION', message })
})

t.test('a link to a folder counts by its own owner and its target; a file is no folder', async (t) => {
  const base = await tempFolder(t)
  await mkdir(join(base, 'open'))
  await chmod(join(base, 'open'), 0o777)
  await symlink('open', join(base, 'link'))
  await t.rejects(ensureSocketFolder(join(base, 'link', 'rqd.sock')), { code: 'RQD_BAD_OPTION', message: /mode 0777/ })
  await writeFile(join(base, 'file'), '')
  await t.rejects(ensureSocketFolder(join(base, 'file', 'rqd.sock')), { code: 'RQD_BAD_OPTION' })
})
