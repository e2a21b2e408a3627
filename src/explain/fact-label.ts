/** The name of a fact for people: `runningSec` is shown as `running`, `worker:web-1` as `worker web-1`. */
export function factLabel(name: string): string {
  const [kind = '', ...rest] = name.split(':')
  const words = kind.replace(/(Sec|Bytes)$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return rest.length === 0 ? words : `${words} ${rest.join(':')}`
}
