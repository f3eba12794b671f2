/** Answers that are the same, from the mathematics alone; either may be the expected one. */
export const equalAnswers = String.raw`
\frac{7}{3} ~ 2\frac{1}{3}
\frac{7}{3} ~ 2\,\frac{1}{3}
\frac{7}{3} ~ 2 1/3
\frac{7}{3} ~ 2\tfrac13
-\frac{7}{3} ~ -2\frac13
7/3 ~ 2+1/3
3\frac{1}{2}\% ~ 3.5\%
12.5\% ~ \frac{1}{8}
12.5\% ~ 12.5 percent
12.5\% ~ 12.5\text{ percent}
12\frac{1}{2}\% ~ 0.125
\frac{25}{2}\% ~ 12.5
150\% ~ 1.5
\$1,234.50 ~ 1234.5
\$1234.50 ~ 1234.50 dollars
\$1234.50 ~ 1234.50\text{ USD}
USD 12 ~ \$12
\$0.50 ~ 50 cents
\$0.50 ~ 50\text{ cents}
\$5 ~ 5\text{ dollars}
\textdollar 5 ~ 5
-\$5 ~ \$-5
\$2.5 million ~ 2500000
2.5\text{ million} ~ 2{,}500{,}000
3 billion ~ 3\times10^9
two hundred ~ 200
one hundred twenty ~ 120
three-fourths ~ 3/4
one half ~ 0.5
6.02\times 10^{23} ~ 6.02e23
6.02\cdot10^{23} ~ 602000000000000000000000
6.02 x 10^23 ~ 6.02e23
6.02*10^23 ~ 6.02e23
1.5\times10^{-3} ~ 0.0015
1.5E-3 ~ 0.0015
10^{-3} ~ 0.001
10^-3 ~ 0.001
\log_2 8 ~ 3
\log_{10} 1000 ~ 3
\log_{2}{\frac{1}{8}} ~ -3
\log_4 8 ~ \frac32
\log_3 5 ~ \frac{\ln 5}{\ln 3}
\log_3 5 ~ \frac{\log 5}{\log 3}
\log_9 25 ~ \log_3 5
\ln(e^3) ~ 3
\ln\sqrt{e} ~ \frac12
\ln 6 ~ \ln 2+\ln 3
2\ln 3 ~ \ln 9
-\ln 2 ~ \ln\frac12
\frac{\ln 2}{2} ~ \ln\sqrt2
e^{\ln 5} ~ 5
e^{2\ln 3} ~ 9
10^{\log_{10} 7} ~ 7
2^{\log_2 5} ~ 5
\sin\frac{\pi}{6} ~ \frac12
\cos 60^\circ ~ 0.5
\tan 45^\circ ~ 1
\sin(75^\circ) ~ \frac{\sqrt6+\sqrt2}{4}
\cos 15^\circ ~ \frac{\sqrt{6}+\sqrt{2}}{4}
\tan 15^\circ ~ 2-\sqrt3
\cos 36^\circ ~ \frac{1+\sqrt5}{4}
\sin 18^\circ ~ \frac{\sqrt5-1}{4}
\arcsin\frac12 ~ \frac{\pi}{6}
\arctan 1 ~ \frac{\pi}{4}
\arccos 0 ~ 90^\circ
\sin^{-1}(1) ~ \frac{\pi}{2}
\tan^{-1}(\sqrt3) ~ 60^\circ
\arctan(2) ~ \tan^{-1} 2
2\sin x\cos x ~ \sin 2x
\sin(2x) ~ 2\sin(x)\cos(x)
\cos 2x ~ 1-2\sin^2 x
\cos 2x ~ 2\cos^2 x-1
\tan x ~ \frac{\sin x}{\cos x}
\sec^2 x ~ 1+\tan^2 x
\sin(\pi - x) ~ \sin x
\sin(x+\frac{\pi}{2}) ~ \cos x
x\ge 2 ~ [2,\infty)
x\geq 2 ~ 2\leq x
x>-1 ~ (-1,\infty)
-1<x\le 3 ~ (-1,3]
-1<x\le 3 ~ x\in(-1,3]
-1<x\le 3 ~ 3\ge x>-1
-1<x\le3 ~ x>-1 \text{ and } x\le 3
x<-1\text{ or }x>3 ~ (-\infty,-1)\cup(3,\infty)
x<-1, x>3 ~ (-\infty,-1)\cup(3,\infty)
x \in (-\infty,-1)\cup(3,\infty) ~ x<-1 \lor x>3
|x|<3 ~ (-3,3)
|x|<3 ~ -3<x<3
|x-2|\le 3 ~ [-1,5]
|x|>3 ~ (-\infty,-3)\cup(3,\infty)
x\ne 2 ~ (-\infty,2)\cup(2,\infty)
x\neq 2 ~ \mathbb{R}\setminus\{2\}
\mathbb{R}\setminus\{1,2\} ~ (-\infty,1)\cup(1,2)\cup(2,\infty)
\mathbb{R} ~ (-\infty,\infty)
\text{all real numbers} ~ \mathbb{R}
\text{all real numbers} ~ (-\infty,\infty)
[1,2]\cup\{3\} ~ \{3\}\cup[1,2]
[1,2]\cap[1.5,3] ~ [1.5,2]
(1,3)\cup[3,5) ~ (1,5)
[0,1]\cup[1,2] ~ [0,2]
x^2<4 ~ (-2,2)
2x+1>5 ~ x>2
-2x>4 ~ x<-2
3-2i ~ -2i+3
\frac{1}{i} ~ -i
\frac{1+i}{1-i} ~ i
(1+i)^2 ~ 2i
|3+4i| ~ 5
\overline{3+4i} ~ 3-4i
e^{i\pi} ~ -1
e^{i\pi/2} ~ i
e^{\pi i/3} ~ \frac12+\frac{\sqrt3}{2}i
\cos\frac{\pi}{3}+i\sin\frac{\pi}{3} ~ \frac{1+i\sqrt3}{2}
2(\cos 60^\circ+i\sin 60^\circ) ~ 1+i\sqrt3
\operatorname{cis}60^\circ ~ \frac{1+i\sqrt3}{2}
\sqrt{-9} ~ 3i
5 + 0i ~ 5
\mathrm{i} ~ i
\sqrt2 i ~ i\sqrt2
1011_2 ~ 1011_{2}
1011_2 ~ 1011_{\text{two}}
1011_2 ~ (1011)_2
0101_2 ~ 101_2
FF_{16} ~ \text{FF}_{16}
FF_{16} ~ ff_{16}
3:30 ~ 3{:}30
3:30 ~ 03:30
3:30\text{ p.m.} ~ 3:30 PM
3:30\text{ PM} ~ 3:30\text{pm}
12:05\text{ a.m.} ~ 12:05 AM
2:00 ~ 2:00
1\pm\sqrt2 ~ 1+\sqrt2, 1-\sqrt2
\pm 3 ~ 3,-3
\pm 3 ~ \{-3,3\}
x=\pm 3 ~ x=3\text{ or }x=-3
\frac{-1\pm\sqrt5}{2} ~ \frac{\sqrt5-1}{2},-\frac{1+\sqrt5}{2}
\pm\sqrt2 ~ \mp\sqrt2
\pm1,\pm2 ~ 1,-1,2,-2
\begin{pmatrix}1&2\\3&4\end{pmatrix} ~ \begin{bmatrix}1&2\\3&4\end{bmatrix}
\begin{pmatrix}1&2\\3&4\end{pmatrix} ~ \left[\begin{array}{cc}1&2\\3&4\end{array}\right]
\begin{pmatrix}1&2\\3&4\end{pmatrix} ~ \begin{pmatrix} 1 & 2 \\ 3 & 4 \\ \end{pmatrix}
\begin{pmatrix}1/2\\0\end{pmatrix} ~ \frac12\begin{pmatrix}1\\0\end{pmatrix}
\begin{pmatrix}-1\\-2\end{pmatrix} ~ -\begin{pmatrix}1\\2\end{pmatrix}
\begin{pmatrix}1\\2\end{pmatrix} ~ \langle 1,2\rangle
\begin{pmatrix}1\\2\end{pmatrix} ~ \begin{bmatrix}1&2\end{bmatrix}^T
\begin{vmatrix}1&2\\3&4\end{vmatrix} ~ -2
[1,2] ~ [1, 2]
2\mathbf{i}-3\mathbf{j} ~ 2\mathbf{i}+(-3)\mathbf{j}
2\hat{i}+3\hat{j} ~ 3\hat{j}+2\hat{i}
y=2x+3 ~ 2x-y=-3
y=2x+3 ~ y-3=2x
x=2y ~ y=\frac{x}{2}
x^2+y^2=1 ~ 2x^2+2y^2=2
\frac{x^2}{4}+\frac{y^2}{9}=1 ~ 9x^2+4y^2=36
y=x^2 ~ x^2-y=0
(x-1)^2+(y-2)^2=9 ~ x^2+y^2-2x-4y-4=0
y=\frac{3}{x} ~ xy=3
5=x ~ x=5
y = \frac{1}{2}x - 4 ~ y=0.5x-4
f(x)=2x+1 ~ 2x+1
f(x) = 2x+1 ~ f(x)=1+2x
a_n=2n+1 ~ 2n+1
a_n = 3\cdot 2^{n-1} ~ \frac{3}{2}\cdot 2^n
x=1, y=2 ~ (x,y)=(1,2)
(x,y)=(1,2) ~ (1,2)
(1,2),(3,4) ~ (3,4),(1,2)
\{(1,2),(3,4)\} ~ (1,2), (3,4)
(1,2)\text{ and }(3,4) ~ (3,4),(1,2)
x=1\text{ and }x=2 ~ 1,2
\{1, 2, 3\} ~ 1, 2 \text{ and } 3
\{x\mid x>2\} ~ (2,\infty)
\{x : x>2\} ~ (2,\infty)
\{x \in \mathbb{R} \mid x>2\} ~ (2,\infty)
\emptyset ~ \varnothing
\text{no solution} ~ \emptyset
\text{No solution} ~ \text{no solutions}
\text{none} ~ \text{None}
\sqrt{12} ~ 2\sqrt3
\sqrt{\frac{1}{2}} ~ \frac{\sqrt2}{2}
\sqrt[3]{16} ~ 2\sqrt[3]{2}
\sqrt[3]{-8} ~ -2
4^{1/3} ~ \sqrt[3]{4}
2^{1/2} ~ \sqrt2
2^{\frac{3}{2}} ~ 2\sqrt2
\sqrt{3+2\sqrt2} ~ 1+\sqrt2
\sqrt{5+2\sqrt6} ~ \sqrt2+\sqrt3
\sqrt{7-4\sqrt3} ~ 2-\sqrt3
\frac{1}{\sqrt3-1} ~ \frac{\sqrt3+1}{2}
\frac{\sqrt3}{3} ~ \frac{1}{\sqrt3}
\frac{2}{3}\sqrt{6} ~ \frac{2\sqrt6}{3}
\frac{\sqrt[3]{4}}{2} ~ \frac{1}{\sqrt[3]{2}}
\frac{1}{1+\sqrt[3]{2}} ~ \frac{1-\sqrt[3]{2}+\sqrt[3]{4}}{3}
\frac{x^2-1}{x-1} ~ x+1
\frac{x^2-1}{x+1} ~ x-1
\frac{1}{x}+\frac{1}{y} ~ \frac{x+y}{xy}
\frac{x+1}{2} ~ \frac{x}{2}+\frac12
(x-1)(x+1) ~ x^2-1
x(x+1)(x-2) ~ x^3-x^2-2x
-(x-3)(x+2) ~ (3-x)(x+2)
\frac{-x}{y} ~ -\frac{x}{y}
x^{-1} ~ \frac1x
x^{1/2} ~ \sqrt{x}
3^{2x} ~ 9^x
e^{x+1} ~ e\cdot e^x
\frac{n(n+1)}{2} ~ \frac{n^2+n}{2}
\binom{n}{2} ~ \frac{n(n-1)}{2}
n! ~ n\cdot(n-1)!
\frac{5!}{3!} ~ 20
{5 \choose 2} ~ 10
\dbinom{6}{3} ~ 20
C(5,2) ~ C(5,2)
\sum_{k=1}^{4} k ~ 10
\prod_{k=1}^{4} k ~ 24
\int_0^1 2x\,dx ~ 1
\int_0^1 x^2 dx ~ \frac13
\int_0^{\pi}\sin x\,dx ~ 2
\lceil 2.1\rceil ~ 3
\lfloor -2.5\rfloor ~ -3
\lfloor\sqrt{10}\rfloor ~ 3
\left|{-5}\right| ~ 5
\lvert -5\rvert ~ 5
|{-\sqrt2}| ~ \sqrt2
0.\overline{3} ~ \frac13
0.\overline{27} ~ \frac{3}{11}
0.1\overline{6} ~ \frac16
0.333... ~ \frac13
3.\bar{3} ~ \frac{10}{3}
0.\dot{3} ~ \frac13
1,000 ~ 1000
1{,}234.5 ~ 1234.5
1\,234 ~ 1234
1 234 567 ~ 1234567
12345 ~ 12,345
+5 ~ 5
-(-5) ~ 5
5. ~ 5
5.0 ~ 5
05 ~ 5
.75 ~ 3/4
-.5 ~ -\frac12
5 \text{ cm}^2 ~ 5
5\,\mathrm{cm} ~ 5
5 cm ~ 5
5\text{ square units} ~ 5
5\text{ units}^2 ~ 5
5\ \text{m/s} ~ 5
60 \text{ mph} ~ 60
100\text{ cm} ~ 1\text{ m}
90\text{ minutes} ~ 1.5\text{ hours}
45^\circ ~ 45
45^{\circ} ~ 45°
45^\circ ~ \frac{\pi}{4}
36\pi\text{ cm}^2 ~ 36\pi
x=5\text{ cm} ~ 5
5\text{ apples} ~ 5
\boxed{5} ~ 5
\mathbf{5} ~ 5
\textbf{5} ~ 5
{5} ~ 5
(5) ~ 5
$5$ ~ 5
\(5\) ~ 5
\text{5} ~ 5
5 \quad ~ 5
\displaystyle\frac12 ~ \frac12
\left(\frac12\right) ~ \frac12
\frac 12 ~ \frac{1}{2}
\frac{1}2 ~ \frac12
\frac1{2} ~ \frac12
1/2 ~ \frac{1}{2}
1 / 2 ~ 0.5
1÷2 ~ 0.5
½ ~ 0.5
2½ ~ 2.5
√2 ~ \sqrt{2}
π/2 ~ \frac{\pi}{2}
2π ~ 2\pi
2*pi ~ 2\pi
sqrt(2) ~ \sqrt2
sqrt(2)/2 ~ \frac{1}{\sqrt{2}}
2sqrt3 ~ 2\sqrt3
x^2+1 ~ x**2+1
2^(1/2) ~ \sqrt2
3x² ~ 3x^2
∞ ~ \infty
-∞ ~ -\infty
\text{infinity} ~ \infty
2:3 ~ 2 : 3
2:3 ~ 2\text{ to }3
1:2:3 ~ 2:4:6
\frac{2}{3} ~ 2:3
\text{yes} ~ Yes
\text{True} ~ true
\text{odd} ~ odd
\text{A} ~ (A)
\text{A} ~ A
\textbf{(B)} ~ B
\textbf{(B) } 5 ~ \text{(B)}
\text{June} ~ June
\text{Monday} ~ monday
\text{January 5} ~ January 5
\triangle ABC ~ \triangle ABC
AB = 5 ~ 5
\alpha=30^\circ ~ 30
\theta = \frac{\pi}{6} ~ \frac{\pi}{6}
P(A) = 0.5 ~ 0.5
P(x) = x^2 ~ x^2
r=\frac{1}{2} ~ 0.5
n \approx 5 ~ 5
\approx 5 ~ 5
~5 ~ 5
5! ~ 120
(2n)! ~ (2n)!
k\pi, k\in\mathbb{Z} ~ k\pi
\frac{\pi}{2}+k\pi ~ k\pi+\frac{\pi}{2}
\frac{3}{4}x ~ \frac{3x}{4}
0.75x ~ \frac{3x}{4}
\infty ~ +\infty
\text{DNE} ~ DNE
2 \cdot 3^2 \cdot 5 ~ 90
2\times 3 ~ 6
2^3\cdot 3 ~ 24
x = 3 ~ 3
x=3 \text{ or } x=-5 ~ \{3,-5\}
x \in \{3,-5\} ~ 3,-5
x\in\{1,2\} ~ \{1,2\}
t = 2\sqrt{3} ~ \sqrt{12}
\text{Area} = 12 ~ 12
A = 12\pi ~ 12\pi
12\pi \text{ square units} ~ 12\pi
m\angle A = 35^\circ ~ 35
\angle A = 35^\circ ~ 35^\circ
P = \frac{1}{4} ~ 0.25
\dfrac{\pi}{4} ~ \pi/4
\frac{\pi}{4} ~ 0.25\pi
-\frac{b}{2a} ~ \frac{-b}{2a}
\frac{-b\pm\sqrt{b^2-4ac}}{2a} ~ \frac{-b+\sqrt{b^2-4ac}}{2a},\frac{-b-\sqrt{b^2-4ac}}{2a}
(x-2)(x+3) ~ x^2+x-6
(x + 2)(x - 3)^2 ~ (x-3)^2(x+2)
x^3+3x^2+3x+1 ~ (x+1)^3
2(x+1)(x-1) ~ 2x^2-2
\frac{x^3-8}{x-2} ~ x^2+2x+4
\frac{1}{n(n+1)} ~ \frac1n-\frac{1}{n+1}
1-\frac{1}{2^n} ~ \frac{2^n-1}{2^n}
2^n-1 ~ -1+2^n
3^{n}-2^{n} ~ -2^n+3^n
(-1)^{n+1} ~ (-1)^{n-1}
\frac{n(n+1)(2n+1)}{6} ~ \frac{2n^3+3n^2+n}{6}
a^{m+n} ~ a^m a^n
\left(\frac{2}{3}\right)^n ~ \frac{2^n}{3^n}
e^{-x} ~ \frac{1}{e^x}
\ln x + \ln y ~ \ln y + \ln x
\frac{\ln 3}{\ln 2} ~ \log_2 3
\log_2 3 ~ \frac{\log_{10}3}{\log_{10}2}
\log 2+\log 5 ~ 1
\sqrt{x} ~ x^{\frac12}
\sqrt[3]{x^2} ~ x^{2/3}
\sqrt{2}\cdot\sqrt{8} ~ 4
\frac{\sqrt{6}}{\sqrt{2}} ~ \sqrt{3}
(\sqrt{3}-1)^2 ~ 4-2\sqrt{3}
\frac{3+\sqrt{5}}{2} ~ \left(\frac{1+\sqrt{5}}{2}\right)^2
\sqrt[4]{16} ~ 2
\sqrt{50}+\sqrt{8} ~ 7\sqrt2
\sqrt{\sqrt{16}} ~ 2
\sqrt[3]{54} ~ 3\sqrt[3]2
16^{3/4} ~ 8
0.1+0.2 ~ 0.3
-0 ~ 0
\frac{0}{5} ~ 0
1.50 ~ 1.5
1.5\text{ hours} ~ 90\text{ minutes}
2\text{ h} ~ 2
5\text{ ft} ~ 60\text{ in}
5\text{ kg} ~ 5000\text{ g}
10\text{ m/s} ~ 10\text{ m}/\text{s}
10 \frac{\text{m}}{\text{s}} ~ 10\text{ m/s}
9.8\text{ m/s}^2 ~ 9.8
60 \text{ miles per hour} ~ 60\text{ mph}
12\text{ cm}^3 ~ 12\text{ cubic centimeters}
50\text{¢} ~ 50
\text{\$}5 ~ 5
5\$ ~ 5
5\% ~ 0.05
\frac{1}{3} \approx 0.333 ~ \frac13
x \approx 2.5 ~ 2.5
\sqrt{2} \approx 1.414 ~ \sqrt2
(3, -4) ~ (3,-4)
(3;-4) ~ (3,-4)
\left(3,\,-4\right) ~ (3,-4)
(x, y) = (3, -4) ~ (3,-4)
(a,b,c)=(1,2,3) ~ (1,2,3)
a=1,b=2,c=3 ~ (1,2,3)
\begin{bmatrix}1\\0\end{bmatrix},\begin{bmatrix}0\\1\end{bmatrix} ~ \begin{pmatrix}1\\0\end{pmatrix}, \begin{pmatrix}0\\1\end{pmatrix}
\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix} ~ \begin{pmatrix}1&0\\0&1\end{pmatrix}
\begin{pmatrix}0.5\\-1\end{pmatrix} ~ \begin{pmatrix}\frac12\\-1\end{pmatrix}
\left\{ \frac{1}{2}, 3 \right\} ~ \{3, 0.5\}
\{2, 3, 5, 7\} ~ \{7,5,3,2\}
[0,\infty) ~ x\ge0
(-\infty, -2] \cup [2, \infty) ~ |x|\ge2
(-\infty,0)\cup(0,\infty) ~ \mathbb{R}\setminus\{0\}
(-\infty,0)\cup(0,\infty) ~ x\ne0
\mathbb{R}-\{0\} ~ \mathbb{R}\setminus\{0\}
0 \le x < 5 ~ [0,5)
x > 0, x \ne 1 ~ (0,1)\cup(1,\infty)
-3 \leq y \leq 3 ~ [-3,3]
a > 4 ~ (4,\infty)
n \geq 5 ~ [5,\infty)
k<-1 \text{ or } k>1 ~ (-\infty,-1)\cup(1,\infty)
2<x<3 \text{ or } x>5 ~ (2,3)\cup(5,\infty)
(2,3)\cup(5,\infty) ~ x\in(2,3)\cup(5,\infty)
y = -\frac{2}{3}x + 4 ~ 2x+3y=12
y-2=3(x-1) ~ y=3x-1
x^2 + y^2 - 6x = 0 ~ (x-3)^2+y^2=9
\frac{x^2}{16}-\frac{y^2}{9}=1 ~ 9x^2-16y^2=144
y^2=4x ~ x=\frac{y^2}{4}
x = 3 ~ x-3=0
2x+3y-z=5 ~ z=2x+3y-5
r = 2\cos\theta ~ r=2\cos(\theta)
f(x) = x^2 - 1 ~ (x-1)(x+1)
f(x)=\frac{1}{x} ~ \frac1x
f^{-1}(x)=\frac{x-1}{2} ~ \frac{x-1}{2}
g(x) = 2x ~ g(x)=x+x
y' = 2x ~ 2x
\frac{dy}{dx} = 2x ~ 2x
\frac{x^3}{3}+C ~ \frac13x^3+C
\sin^{2}\theta ~ (\sin\theta)^2
\sin^2x ~ 1-\cos^2x
\tan^2 x+1 ~ \sec^2 x
\frac{1-\cos 2x}{2} ~ \sin^2 x
\sin x\cos y+\cos x\sin y ~ \sin(x+y)
\cos(-x) ~ \cos x
2\cos^2\theta - 1 ~ \cos 2\theta
\cos 3x ~ 4\cos^3x-3\cos x
\sin\frac{\pi}{3} ~ \frac{\sqrt{3}}{2}
\csc 30^\circ ~ 2
\cot 45^\circ ~ 1
\arctan\frac{1}{\sqrt3} ~ \frac{\pi}{6}
\sin(\arcsin\frac35) ~ \frac35
\cos(\arcsin\frac35) ~ \frac45
\tan(\arctan 2) ~ 2
e^{i\pi/4} ~ \frac{\sqrt2}{2}+\frac{\sqrt2}{2}i
\operatorname{cis}\frac{\pi}{4} ~ e^{i\pi/4}
2e^{i\pi/3} ~ 1+i\sqrt3
\sqrt{2}(\cos 45^\circ+i\sin 45^\circ) ~ 1+i
-i ~ \frac1i
(2+i)(3-i) ~ 7+i
\frac{2+i}{1-i} ~ \frac{1+3i}{2}
|1+i| ~ \sqrt2
i^{2023} ~ -i
3i ~ \sqrt{-9}
\omega ~ \omega
\text{(A)} ~ \textbf{(A)}
\text{A and C} ~ \text{A, C}
A, C ~ C, A
\text{Yes} ~ yes
\text{yes, it is} ~ \text{Yes, it is.}
\text{Alice} ~ Alice
\text{Thursday} ~ Thursday
\text{neither} ~ Neither
\text{5 apples} ~ 5
\text{five} ~ 5
\text{twelve} ~ 12
\text{12 ways} ~ 12
5\text{th} ~ 5
21^{\text{st}} ~ 21
7\text{ and }8 ~ 7, 8
3\text{ or }4 ~ 3,4
\text{3 and 4} ~ 3,4
\frac{7}{12}\text{ of the pie} ~ \frac{7}{12}
1{,}024 ~ 2^{10}
2^{10} ~ 1024
10^6 ~ 1,000,000
1.2\times10^6 ~ 1{,}200{,}000
6! ~ 720
\frac{10!}{7!} ~ 720
\binom{10}{3} ~ 120
P(10,3) ~ P(10,3)
\lfloor\pi\rfloor ~ 3
7 \pmod{10} ~ 7
x\equiv 7\pmod{10} ~ x \equiv 7 \pmod{10}
1:2 ~ 1/2
1:\sqrt3:2 ~ 2:2\sqrt3:4
3\frac{1}{2} ~ \frac{7}{2}
3\ \frac{1}{2} ~ 3.5
-2\frac{3}{4} ~ -\frac{11}{4}
1\frac{1}{2}\text{ cups} ~ 1.5
\frac{22}{7} ~ 3\frac17
.5 ~ 0.5
-.25 ~ -\frac14
\$12{,}500 ~ 12500
\$1.50 ~ 1.5
€5 ~ 5
£5 ~ 5
¥500 ~ 500
\infty ~ \text{infinity}
\text{does not exist} ~ \text{Does not exist}
\text{DNE} ~ \text{does not exist}
\text{undefined} ~ Undefined
\text{no real solutions} ~ \emptyset
\boxed{x=5} ~ 5
5,\!000 ~ 5000
0.\overline{142857} ~ \frac17
0.\overline{9} ~ 1
1.2\overline{34} ~ \frac{611}{495}
0.1666... ~ \frac16
k=3 ~ 3
(k,m)=(3,4) ~ (3,4)
\left|\frac{-3}{4}\right| ~ \frac34
\|v\| = 5 ~ 5
\overline{AB}=5 ~ 5
AB=5 ~ AB=5.0
ABC ~ \text{ABC}
\overline{AB} ~ \overline{AB}
\sqrt{a^2+b^2} ~ \sqrt{b^2+a^2}
\frac{a}{b}\cdot\frac{c}{d} ~ \frac{ac}{bd}
\frac{a/b}{c} ~ \frac{a}{bc}
a(b+c) ~ ab+ac
a-(b-c) ~ a-b+c
(a+b)^3 ~ a^3+3a^2b+3ab^2+b^3
x_1+x_2 ~ x_2+x_1
x_{1} ~ x_1
x^{10} ~ x^{5}x^{5}
\frac{1}{4} \text{ or } 25\% ~ 25\%
\frac34\text{ of the pie} ~ 0.75
`;

/** Answers that are not. */
export const differentAnswers = String.raw`
5 ~ -5
2\frac13 ~ \frac23
1\frac12 ~ \frac12
25\% ~ 0.025
25\% ~ 2.5
\$5 ~ 5\text{ cents}
\$5 ~ €5
5\text{ cm} ~ 5\text{ cm}^2
5\text{ cm} ~ 0.5\text{ m}
90^\circ ~ 91^\circ
90^\circ ~ 90\pi
3\times10^4 ~ 3\times10^5
3.1e4 ~ 3.1e-4
\log_2 8 ~ 2
\log_3 5 ~ \log_5 3
\ln 2 ~ \ln 3
\log 100 ~ 3
\sin 30^\circ ~ \frac{\sqrt3}{2}
\sin(30^\circ) ~ \sin(30)
\cos x ~ \sin x
\sin 2x ~ 2\sin x
\tan 15^\circ ~ 2+\sqrt3
\arctan 2 ~ \arctan 3
x\ge 2 ~ x>2
x\ge2 ~ x\le 2
-1<x\le3 ~ -1\le x\le 3
-1<x\le3 ~ [-1,3)
|x|<3 ~ |x|\le 3
|x|<3 ~ |x|>3
|x-2|\le 3 ~ [-5,1]
x^2<4 ~ (-4,4)
x<-1\text{ or }x>3 ~ -1<x<3
(-\infty,1)\cup(2,\infty) ~ (-\infty,1]\cup(2,\infty)
(-\infty,1)\cup(2,\infty) ~ (1,2)
[0,1] ~ \{0,1\}
(0,1) ~ \{0,1\}
3+2i ~ 3-2i
3+2i ~ 2+3i
|3+4i| ~ 7
e^{i\pi} ~ 1
i ~ -i
1011_2 ~ 1011_3
1011_2 ~ 1010_2
3:30 ~ 3:31
3:30 AM ~ 3:30 PM
3:30\text{ a.m.} ~ 3:30\text{ p.m.}
3:30 ~ 4:30
2:3 ~ 3:2
2:3 ~ 2:4
\frac23 ~ 3:2
1\pm\sqrt2 ~ 1+\sqrt2
1\pm\sqrt2 ~ -1\pm\sqrt2
\pm3 ~ 3
\begin{pmatrix}1&2\\3&4\end{pmatrix} ~ \begin{pmatrix}1&3\\2&4\end{pmatrix}
\begin{pmatrix}1\\2\end{pmatrix} ~ -\begin{pmatrix}1\\2\end{pmatrix}
\begin{pmatrix}1\\2\end{pmatrix} ~ \begin{pmatrix}1\\2\\0\end{pmatrix}
\begin{pmatrix}1\\2\end{pmatrix} ~ (2,1)
\begin{vmatrix}1&2\\3&4\end{vmatrix} ~ 2
y=2x+3 ~ y=2x-3
y=2x+3 ~ y=3x+2
y=2x+3 ~ x=2y+3
y=2x ~ y=2x+1
x+y=1 ~ x+y=2
f(x)=2x+1 ~ f(x)=2x
x=1,y=2 ~ x=2,y=1
(1,2) ~ (1,2,3)
(1,2),(3,4) ~ (1,3),(2,4)
(1,2),(3,4) ~ 1,2,3,4
\{1,2,3\} ~ \{1,2,4\}
\{1,2\} ~ \{1,2,3\}
1,2,2 ~ 1,2
\emptyset ~ 0
\emptyset ~ \{0\}
\sqrt2 ~ 2
\sqrt{12} ~ 3\sqrt2
\sqrt[3]{8} ~ \sqrt8
\sqrt2+\sqrt3 ~ \sqrt5
\sqrt{5+2\sqrt6} ~ \sqrt3-\sqrt2
2^{1/2} ~ 2^{1/3}
x^2 ~ 2x
x^2-1 ~ (x-1)^2
\frac{x}{y} ~ \frac{y}{x}
x^{-1} ~ -x
\frac{x^2-1}{x-1} ~ x-1
n! ~ (n-1)!
\binom{n}{2} ~ \binom{n}{3}
\binom{5}{2} ~ \binom52+1
5! ~ 5
\sum_{k=1}^{4} k ~ 11
\int_0^1 x^2 dx ~ \frac12
0.\overline{3} ~ 0.3
0.\overline{27} ~ 0.27
0.333... ~ 0.333
1,234 ~ 1.234
1,234 ~ 1234.5
1,000 ~ 1
12 ~ 1,2
\text{even} ~ \text{odd}
\text{A} ~ \text{B}
\text{(A)} ~ \text{(B)}
\text{(B) }5 ~ \text{(C)}
\text{Monday} ~ \text{Tuesday}
\text{true} ~ \text{false}
\infty ~ -\infty
\infty ~ 1000
\pi ~ \frac{22}{7}
\pi ~ 3.14
\frac{1}{3} ~ 0.3333333333333333
\sqrt2 ~ 1.4142135623730951
10^{100} ~ 10^{100}+1
\frac{1}{100!} ~ \frac{1}{99!}
1-\frac1e ~ 1+\frac1e
x ~ y
a_1 ~ a_2
\alpha ~ \beta
two ~ 3
one hundred ~ 100000
\frac12 ~ one third
\mathbb{R} ~ \mathbb{Z}
\mathbb{R} ~ \mathbb{R}\setminus\{0\}
\{x\mid x>2\} ~ (2,5)
2,3 ~ 3,2,1
1 2/3 ~ 12/3
(-1)^n ~ (-1)^{n+1}
\sqrt[3]{x^2} ~ x^{3/2}
\frac{1}{3}\approx 0.333 ~ 0.334
21^{\text{st}} ~ 22
60\text{ mph} ~ 61\text{ mph}
\angle A=35^\circ ~ 36^\circ
7\pmod{10} ~ 8\pmod{10}
4:00 ~ 5:00
\text{A and C} ~ \text{A and D}
\frac{x}{2} ~ \frac{2}{x}
2^n ~ n^2
(-1)^n ~ 1
x+C ~ x
e^{\ln 5} ~ \ln 5
\log_2 3 ~ \log_3 2
\sin(\arcsin\frac35) ~ \frac45
\sqrt[3]{x} ~ \sqrt{x}
\sqrt{x+1} ~ \sqrt{x}+1
\sqrt{x^2+1} ~ x+1
\frac{1}{x+y} ~ \frac1x+\frac1y
(a+b)^2 ~ a^2+b^2
2\pi r ~ \pi r^2
\frac{4}{3}\pi r^3 ~ 4\pi r^2
\int_0^1 x\,dx ~ \int_0^2 x\,dx
\sum_{k=1}^{3} k^2 ~ \sum_{k=1}^{3} k
\prod_{k=1}^{4} k ~ 12
5\text{ hours} ~ 5\text{ minutes}
1\text{ hour} ~ 100\text{ minutes}
60\text{ mph} ~ 60\text{ km/h}
1\text{ ft} ~ 10\text{ in}
5\text{ m/s} ~ 5\text{ m/s}^2
5\text{ m}^2 ~ 5\text{ m}^3
\$5.00 ~ \$500
50\% ~ \frac{1}{50}
2.5\text{ million} ~ 2.5\text{ billion}
one hundred five ~ 150
twenty-one ~ 12
\frac{1}{2},\frac{1}{3} ~ \frac12,\frac14
\{1,\{2\}\} ~ \{1,3\}
(1,2)\cup(3,4) ~ (1,4)
(1,3)\cup(3,5) ~ (1,5)
[1,3] ~ (1,3)
(-\infty,2] ~ (-\infty,2)
[2,\infty) ~ (-\infty,2]
x>2\text{ or }x<-2 ~ -2<x<2
|x|\ge 2 ~ -2\le x\le2
x\ne0 ~ x>0
\mathbb{R} ~ x>0
0<x<1 ~ 0<x<2
x^2\ge4 ~ x\ge2
1\le x\le 3 ~ \{1,2,3\}
\begin{pmatrix}1&0\\0&1\end{pmatrix} ~ \begin{pmatrix}0&1\\1&0\end{pmatrix}
\begin{pmatrix}1&2\end{pmatrix} ~ \begin{pmatrix}1&2&3\end{pmatrix}
\begin{pmatrix}1&2\\3&4\end{pmatrix} ~ \begin{pmatrix}1&2\\3&4\end{pmatrix}^T
(1,2,3) ~ (1,3,2)
(0,0) ~ 0
x=1 ~ x=2
x=1 ~ x=-1
x=1\text{ or }x=2 ~ x=1
y=x^2 ~ y=-x^2
y=x^2 ~ y=x^2+1
y=\sqrt{x} ~ y=x
x^2+y^2=25 ~ x^2+y^2=5
x^2=4y ~ y^2=4x
f(x)=x ~ f(x)=-x
f(x)=\sin x ~ f(x)=\cos x
1010_2 ~ 1010_{10}
10_2 ~ 2_{3}
12:30 ~ 12:31
12:30 PM ~ 12:30 AM
\text{Monday} ~ \text{Sunday}
\text{increasing} ~ \text{decreasing}
\text{Yes} ~ \text{No}
\text{A} ~ \text{D}
\infty ~ 0
0 ~ 1
i ~ 1
2+i ~ 2
e^{i\pi/3} ~ e^{i\pi/4}
|1+i| ~ 2
n! ~ n
\binom{n}{2} ~ \frac{n(n+1)}{2}
\lfloor 2.9\rfloor ~ 3
\lceil 2.1\rceil ~ 2
0.\overline{12} ~ 0.1\overline{2}
3.14 ~ \frac{22}{7}
1{,}000 ~ 1.000
10^{-3} ~ -1000
2^{10} ~ 20
-2^2 ~ 4
(-2)^2 ~ -4
`;
