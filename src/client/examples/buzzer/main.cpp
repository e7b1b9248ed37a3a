/*
 * main.cpp - a quiz buzzer: the first who presses the space bar is seen by everybody.
 *
 * Everybody decides alone, by what came first at this page; a quiz with prizes needs a referee.
 */
/* SPDX-License-Identifier: MIT */
#include "room.hpp"

#include <emscripten.h>
#include <emscripten/html5.h>

namespace
{

class Buzzer
{
  public:
    Buzzer()
        : room_(PF_MEDIA_MICROPHONE | PF_MEDIA_CAMERA, "buzzer",
                [this](const pf_client_event &event) { on_event(event); })
    {
        room_.join("quiz", "player");
        emscripten_set_keydown_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, this, true, on_key);
    }

  private:
    void on_event(const pf_client_event &event)
    {
        if (event.type == PF_CLIENT_PEER) {
            room_.show(event.peer, "#winner");
        } else if (event.type == PF_CLIENT_MESSAGE) {
            const std::string_view text(static_cast<const char *>(event.data), event.size);
            if (text == "buzz") {
                win(room_.name_of(event.peer) + " was first");
                room_.show(event.peer, "#winner");
            } else if (text == "again") {
                begin();
            }
        }
    }

    static EM_BOOL on_key(int, const EmscriptenKeyboardEvent *event, void *user)
    {
        const auto self = static_cast<Buzzer *>(user);
        const std::string_view key = event->key;
        if (key == " " && self->room_.send("buzz")) {
            self->win("You were first");
        } else if (key == "Escape" && self->room_.send("again")) {
            self->begin();
        } else {
            return false;
        }
        return true;
    }

    void win(const std::string &text)
    {
        if (!is_over_) {
            is_over_ = true;
            emscripten_set_window_title(text.c_str());
        }
    }

    void begin()
    {
        is_over_ = false;
        emscripten_set_window_title("Buzzer");
    }

    bool is_over_ = false;
    Room room_;
};

} // namespace

int main()
{
    static Buzzer buzzer;
    return 0;
}
