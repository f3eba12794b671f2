const months =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/**
 * A day as Python's `strftime` writes it in the C locale, whatever the machine's own; hours and minutes are 0. Unknown
 * directives stay as they are.
 * @param date `YYYY-MM-DD`
 */
export function formatDate(date: string, format: string): string {
  const [year, month, day] = date.split('-') as [string, string, string];
  const monthName = months[Number(month) - 1] as string;
  const dayName = days[new Date(`${date}T00:00:00Z`).getUTCDay()] as string;
  const written: { readonly [directive: string]: string } = {
    Y: year,
    y: year.slice(2),
    m: month,
    d: day,
    B: monthName,
    b: monthName.slice(0, 3),
    A: dayName,
    a: dayName.slice(0, 3),
    H: '00',
    M: '00',
    S: '00',
    '%': '%',
  };
  return format.replace(/%([a-zA-Z%])/g, (whole, directive: string) => written[directive] ?? whole);
}
