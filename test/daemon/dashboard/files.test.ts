import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { answerFile } from '../../../daemon/dashboard/files.js'
import { compiledRoot } from '../../helpers/paths.js'

t.test('each script that was compiled for browsers is served, with its type', async (t) => {
  const scripts = readdirSync(join(compiledRoot, 'daemon/dashboard/browser')).filter((name) => name.endsWith('.js'))
  t.ok(scripts.includes('app.js'))
  for (const name of [...scripts, 'idiomorph.js']) {
    const reply = answerFile({ path: `/static/${name}`, headers: {} })
    t.match(reply, { status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8' } }, name)
  }
  t.match(answerFile({ path: '/static/style.css', headers: {} }).headers, { 'content-type': 'text/css; charset=utf-8' })
})

t.test('the one script that is no module is none', async (t) => {
  const { body } = answerFile({ path: '/static/theme.js', headers: {} })
  t.notMatch(Buffer.from(body).toString(), /^\s*(import|export)\b/m)
})

t.test('a file that is there already is not sent again', async (t) => {
  const first = answerFile({ path: '/static/style.css', headers: {} })
  const etag = String(first.headers['etag'])
  t.match(etag, /^"[\w-]{16}"$/)
  t.match(answerFile({ path: '/static/style.css', headers: { 'if-none-match': etag } }), { status: 304, body: '' })
  t.equal(answerFile({ path: '/static/style.css', headers: { 'if-none-match': '"old"' } }).status, 200)
})

t.test('nothing else is to be had', async (t) => {
  for (const name of [
    '',
    'nothing',
    '../dashboard.js',
    '..%2fdashboard.js',
    'constructor',
    '__proto__',
    'app.js/',
    'App.js',
  ])
    t.equal(answerFile({ path: `/static/${name}`, headers: {} }).status, 404, name)
})
