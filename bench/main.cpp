#include <cstdio>

int main() {
  std::puts("foyer-bench " FOYER_VERSION);
  return 0;
}
