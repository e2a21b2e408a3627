const EVERY_MS = 1_000

/** Keep `3m 12s ago` true while the page is open, by the clock of the server. */
export function keepTimes(): void {
  setInterval(() => {
    for (const element of document.querySelectorAll('time')) {
      const text = agoText(Date.parse(element.dateTime), Date.now())
      if (element.textContent !== text) element.textContent = text
    }
  }, EVERY_MS)
}

/** As the server writes it. */
function agoText(timeMs: number, nowMs: number): string {
  const sec = (nowMs - timeMs) / 1000
  if (Math.abs(sec) < 1) return 'now'
  return sec > 0 ? `${ageText(sec)} ago` : `in ${ageText(-sec)}`
}

function ageText(sec: number): string {
  const whole = Math.floor(sec)
  const pad = (number: number): string => String(number).padStart(2, '0')
  if (whole < 60) return `${whole}s`
  if (whole < 3_600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`
  if (whole < 86_400) return `${Math.floor(whole / 3_600)}h ${pad(Math.floor((whole % 3_600) / 60))}m`
  return `${Math.floor(whole / 86_400)}d ${Math.floor((whole % 86_400) / 3_600)}h`
}
