import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { loadSentry } from '../../daemon/sentry.js'

t.test('W16: without the package @sentry/node it says what to install', async (t) => {
  const empty = await mkdtemp(join(tmpdir(), 'sentry-'))
  t.teardown(() => rm(empty, { recursive: true }))
  await t.rejects(loadSentry('http://key@localhost/1', [empty], join(empty, 'index.js')), {
    code: 'RQD_BAD_OPTION',
    message: /@sentry\/node is installed neither beside the tasks .* nor beside rqd: run "npm install @sentry\/node"/,
  })
})

t.test('W16: a DSN that is none is refused without being shown', async (t) => {
  const found = async (dsn: string): Promise<string> =>
    loadSentry(dsn, []).then(
      () => 'nothing wrong',
      (error: unknown) => (error as Error).message,
    )
  t.match(await found('secret'), /^sentryDsn is no URL; expected https:/)
  t.match(await found('https://secret@example.org/'), /^sentryDsn is a https:\/\/… URL without a key or a project/)
  t.notMatch(await found('https://example.org/secret'), /secret/)
})
