import t from 'tap'
import { OomWatch } from '../../../daemon/supervisor/oom-watch.js'

/** The system's files, as a test sets them. */
function system(files: Record<string, string>): (path: string) => string {
  return (path) => {
    const text = files[path]
    if (text === undefined) throw new Error(`no such file: ${path}`)
    return text
  }
}

t.test('a kill by the limit of our control group (v2) is told once', async (t) => {
  const files: Record<string, string> = {
    '/proc/self/cgroup': '0::/system.slice/rqd.service\n',
    '/sys/fs/cgroup/system.slice/rqd.service/memory.events': 'low 0\noom 1\noom_kill 3\n',
    '/proc/vmstat': 'oom_kill 7\n',
  }
  const watch = new OomWatch(system(files))
  t.equal(watch.killer(), null, 'what was there before is not ours')
  files['/sys/fs/cgroup/system.slice/rqd.service/memory.events'] = 'low 0\noom 2\noom_kill 4\n'
  files['/proc/vmstat'] = 'oom_kill 8\n'
  t.equal(watch.killer(), 'cgroup')
  t.equal(watch.killer(), null)
})

t.test('the same of a control group of the old kind (v1), among others', async (t) => {
  const files: Record<string, string> = {
    '/proc/self/cgroup': '9:cpu,cpuacct:/x\n4:memory:/jobs\n0::/\n',
    '/sys/fs/cgroup/memory/jobs/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n',
  }
  const watch = new OomWatch(system(files))
  files['/sys/fs/cgroup/memory/jobs/memory.oom_control'] = 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n'
  t.equal(watch.killer(), 'cgroup')
})

t.test('a kill for want of memory in the whole machine is told as the kernel', async (t) => {
  const files: Record<string, string> = { '/proc/vmstat': 'pgfault 9\noom_kill 7\n' }
  const watch = new OomWatch(system(files))
  files['/proc/vmstat'] = 'pgfault 10\noom_kill 8\n'
  t.equal(watch.killer(), 'kernel')
})

t.test('a system that tells nothing is no trouble', async (t) => {
  t.equal(new OomWatch(system({})).killer(), null)
})
