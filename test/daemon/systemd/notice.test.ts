import t from 'tap'
import { toVariables } from '../../../daemon/systemd/notice.js'

t.test('a notice becomes the assignments of sd_notify', async (t) => {
  t.strictSame(toVariables({ stopping: true, extendSec: 15, status: 'stopping' }), [
    'STOPPING=1',
    'EXTEND_TIMEOUT_USEC=15000000',
    'STATUS=stopping',
  ])
  t.strictSame(toVariables({ ready: true, watchdog: true }), ['READY=1', 'WATCHDOG=1'])
  t.strictSame(toVariables({}), [])
})

t.test('a text cannot smuggle in another assignment', async (t) => {
  t.strictSame(toVariables({ status: 'waiting for redis://a\nREADY=1\0' }), ['STATUS=waiting for redis://a READY=1 '])
})
