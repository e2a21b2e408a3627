import { stat } from 'node:fs/promises'
import { type Finding, fail, ok, warn } from './finding.js'
import { MAX_MODULES, listModules } from './task-modules.js'
import { type TrialSetting, tryExecutor } from './trial.js'

const WHAT = 'Tasks'

/** How the task paths came to be. */
export interface TaskSetting extends Omit<TrialSetting, 'modules'> {
  /** Nobody named a path: this is whatever folder we are in, and its programs are not to be run on a guess. */
  readonly isDefault: boolean
}

/** Whether the folders of tasks are there and their modules load, in an executor as the daemon would start it. */
export async function checkTasks({ isDefault, ...setting }: TaskSetting): Promise<Finding[]> {
  const findings: Finding[] = []
  const modules: string[] = []
  for (const path of setting.taskPaths) {
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory() !== true) {
      const reason = found === undefined ? `${path} does not exist` : `${path} is no folder`
      findings.push(fail(WHAT, reason, 'give the folder of your task modules with --path'))
      continue
    }
    const names = isDefault ? [] : await listModules(path)
    modules.push(...names)
    if (isDefault) findings.push(warn(WHAT, `${path}, because no path is given; not tried`, 'name it with --path'))
    else if (names.length > 0)
      findings.push(ok(WHAT, `${path} has ${names.length} ${names.length === 1 ? 'module' : 'modules'}`))
    else findings.push(warn(WHAT, `${path} has no modules`, 'put your task modules there, or give another --path'))
  }
  const tried = [...new Set(modules)].slice(0, MAX_MODULES)
  const trouble = await tryExecutor({ ...setting, modules: tried })
  const count =
    tried.length === 0 ? 'starts' : `has loaded ${tried.length} ${tried.length === 1 ? 'module' : 'modules'}`
  return [
    ...findings,
    trouble === undefined
      ? ok('Executor', `a trial executor ${count}`)
      : fail('Executor', trouble, 'mend that, or keep what is no task module out of the task paths'),
  ]
}
