import t from 'tap'
import { redactUrl } from '../../../src/redis/redact-url.js'

void t.test('a URL is shown without its password, whatever characters that has', (t) => {
  for (const [url, shown] of [
    ['redis://me:secret@box:1/2', 'redis://me:***@box:1/2'],
    ['rediss://:secret@box', 'rediss://:***@box'],
    ['redis://me:se@cret@box', 'redis://me:***@box'],
    ['redis://me:se/cr?e#t@box', 'redis://me:***@box'],
    ['redis://me@box:1', 'redis://me@box:1'],
    ['redis://box:1/2', 'redis://box:1/2'],
    ['unix:///a:b@c.sock', 'unix:///a:b@c.sock'],
    ['not a url', 'not a url'],
  ] as const) {
    t.equal(redactUrl(url), shown)
  }
  t.end()
})
