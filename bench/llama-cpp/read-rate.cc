// Bytes per second that THREADS threads read from memory: read-rate THREADS. Every thread reads 256 MiB of its own, far more than a
// cache holds, again and again for a second; the median pass is printed.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

int main(int count, char** words) {
  const int threads = count > 1 ? atoi(words[1]) : 1;
  const size_t each = size_t{256} << 20, values = each / sizeof(uint64_t);
  std::vector<std::vector<uint64_t>> memory(threads);
  std::atomic<int> ready{0};
  std::atomic<uint64_t> sum{0};
  std::vector<double> rates;
  std::atomic<int> pass{0}, finished{0};
  const int passes = 12;
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; t++)
    pool.emplace_back([&, t] {
      memory[t].assign(values, t + 1);
      ready++;
      for (int own = 1; own <= passes; own++) {
        while (pass < own) {
        }
        uint64_t lanes[32] = {};
        const uint64_t* data = memory[t].data();
        for (size_t i = 0; i < values; i += 32)
          for (int lane = 0; lane < 32; lane++) lanes[lane] += data[i + lane];
        for (uint64_t lane : lanes) sum += lane;
        finished++;
      }
    });
  while (ready < threads) std::this_thread::yield();
  for (int own = 1; own <= passes; own++) {
    const auto start = std::chrono::steady_clock::now();
    pass = own;
    while (finished < own * threads) std::this_thread::sleep_for(std::chrono::microseconds(50));
    rates.push_back(double(each) * threads / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  for (std::thread& thread : pool) thread.join();
  std::nth_element(rates.begin(), rates.begin() + passes / 2, rates.end());
  fprintf(stderr, "%llu\n", static_cast<unsigned long long>(sum));
  printf("%.0f\n", rates[passes / 2]);
}
