import t from 'tap'
import { readRedirection } from '../../../../src/redis/cluster/redirection.js'

t.test('what a node says of a command that it has not executed; of all else nothing is known', (t) => {
  const read = (text: string): unknown => readRedirection(new Error(text))
  t.same(read('MOVED 3999 127.0.0.1:6381'), { kind: 'moved', host: '127.0.0.1', port: 6381 })
  t.same(read('ASK 3999 ::1:6381'), { kind: 'ask', host: '::1', port: 6381 })
  t.same(read('MOVED 3999 :6381'), { kind: 'moved', host: '', port: 6381 })
  t.same(read('TRYAGAIN Multiple keys request during rehashing of slot'), { kind: 'again' })
  t.same(read('CLUSTERDOWN The cluster is down'), { kind: 'down' })
  for (const text of ['Connection is closed.', 'Command timed out', 'ERR MOVED', 'MOVED 1 nowhere']) {
    t.equal(read(text), undefined, text)
  }
  t.end()
})
