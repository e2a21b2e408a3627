import t from 'tap'
import { exitCodeOf, exitCodes } from '../../../daemon/cli/exit-codes.js'
import { RqdError } from '../../../src/errors.js'

t.test('exit codes are the documented ones', (t) => {
  t.same(exitCodes, { ok: 0, failed: 1, usage: 2, unreachable: 3, timedOut: 4 })
  t.equal(exitCodeOf(new RqdError('RQD_UNREACHABLE', '')), 3)
  t.equal(exitCodeOf(new RqdError('RQD_TIMEOUT', '')), 4)
  t.equal(exitCodeOf(new RqdError('RQD_BAD_OPTION', '')), 2)
  t.equal(exitCodeOf(new RqdError('RQD_REDIS', '')), 1)
  t.equal(exitCodeOf(new TypeError('bug')), 1)
  t.equal(exitCodeOf('thrown text'), 1)
  t.end()
})
