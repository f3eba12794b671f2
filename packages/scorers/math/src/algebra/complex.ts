/** A complex number in double precision, only ever used to tell values apart, never to call them equal. */
export interface Complex {
  readonly real: number;
  readonly imaginary: number;
}

export const complex = (real: number, imaginary = 0): Complex => ({ real, imaginary });

export const addComplex = (a: Complex, b: Complex): Complex =>
  complex(a.real + b.real, a.imaginary + b.imaginary);

export const multiplyComplex = (a: Complex, b: Complex): Complex =>
  complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real);

export function divideComplex(a: Complex, b: Complex): Complex {
  const norm = b.real ** 2 + b.imaginary ** 2;
  const product = multiplyComplex(a, complex(b.real, -b.imaginary));
  return complex(product.real / norm, product.imaginary / norm);
}

export const modulus = (a: Complex): number => Math.hypot(a.real, a.imaginary);

function exponential(a: Complex): Complex {
  const size = Math.exp(a.real);
  return complex(size * Math.cos(a.imaginary), size * Math.sin(a.imaginary));
}

/** Principal branch. */
export const logarithm = (a: Complex): Complex =>
  complex(Math.log(modulus(a)), Math.atan2(a.imaginary, a.real));

/** Principal branch; 0^b = 0 unless b = 0. */
export function powerComplex(a: Complex, b: Complex): Complex {
  if (a.real === 0 && a.imaginary === 0) return complex(b.real === 0 && b.imaginary === 0 ? 1 : 0);
  if (a.imaginary === 0 && a.real > 0 && b.imaginary === 0) return complex(a.real ** b.real);
  return exponential(multiplyComplex(b, logarithm(a)));
}

export function sine(a: Complex): Complex {
  const real = Math.sin(a.real) * Math.cosh(a.imaginary);
  return complex(real, Math.cos(a.real) * Math.sinh(a.imaginary));
}

export function cosine(a: Complex): Complex {
  const real = Math.cos(a.real) * Math.cosh(a.imaginary);
  return complex(real, -Math.sin(a.real) * Math.sinh(a.imaginary));
}
