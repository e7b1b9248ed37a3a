/*
 * main.cpp - faces on a table: each person pushes their own around with the arrow keys.
 *
 * A program with SDL2, which knows nothing of video calls: a face is a texture, and where it lies
 * is a message. M mutes and unmutes.
 */
/* SPDX-License-Identifier: MIT */
#include <SDL2/SDL.h>
#include <emscripten.h>
#include <peerface/client.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <random>
#include <string>

namespace
{

constexpr int table_width = 640, table_height = 480;
constexpr int face_width = 160, face_height = 120;
constexpr float step = 0.01F;        /* of the table, for each frame */
constexpr Uint32 told_every_ms = 50; /* again and again: who comes later hears it too */

/* How far a face lies from the left and from the top, from 0 to 1: what a message says. */
struct Place {
    float x = 0.5F, y = 0.5F;
};

struct Face {
    Place place;
    SDL_Texture *texture = nullptr;
    bool has_picture = false;
};

class Table
{
  public:
    Table()
    {
        SDL_Init(SDL_INIT_VIDEO | SDL_INIT_EVENTS);
        SDL_CreateWindowAndRenderer(table_width, table_height, 0, &window_, &renderer_);
        faces_[PF_PEER_SELF].texture = make_texture();
        std::random_device random;
        std::uniform_real_distribution<float> anywhere(0.F, 1.F);
        faces_[PF_PEER_SELF].place = {anywhere(random), anywhere(random)};

        pf_client_config config = pf_client_defaults();
        config.media = PF_MEDIA_MICROPHONE | PF_MEDIA_CAMERA;
        config.channel = "faces";
        config.user = this;
        config.on_event = [](pf_client *, const pf_client_event *event, void *user) {
            static_cast<Table *>(user)->on_event(*event);
        };
        client_ = pf_client_open(&config, nullptr);
        if (client_ != nullptr) {
            pf_client_join(client_, "table", "player");
        }
    }

    /* Each frame, called by the browser. */
    void run()
    {
        if (client_ == nullptr) {
            SDL_SetWindowTitle(window_, "Faces: no calls in this browser");
            return;
        }
        read_keys();
        tell_place();
        draw();
    }

  private:
    void on_event(const pf_client_event &event)
    {
        if (event.type == PF_CLIENT_PEER && faces_.count(event.peer) == 0) {
            faces_[event.peer].texture = make_texture();
            pf_client_want(client_, event.peer, face_width);
        } else if (event.type == PF_CLIENT_PEER_GONE) {
            SDL_DestroyTexture(faces_[event.peer].texture);
            faces_.erase(event.peer);
        } else if (event.type == PF_CLIENT_MESSAGE && event.size == sizeof(Place)) {
            std::memcpy(&faces_.at(event.peer).place, event.data, sizeof(Place));
        }
    }

    SDL_Texture *make_texture()
    {
        return SDL_CreateTexture(renderer_, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STREAMING,
                                 face_width, face_height);
    }

    void read_keys()
    {
        SDL_Event event;
        while (SDL_PollEvent(&event) != 0) {
            if (event.type == SDL_KEYDOWN && event.key.keysym.sym == SDLK_m) {
                const bool is_on =
                    pf_client_source(client_, PF_MEDIA_MICROPHONE) != PF_CLIENT_SOURCE_OFF;
                pf_client_set(client_, PF_MEDIA_MICROPHONE, !is_on);
            }
        }
        const Uint8 *keys = SDL_GetKeyboardState(nullptr);
        Place &own = faces_[PF_PEER_SELF].place;
        const float right = static_cast<float>(keys[SDL_SCANCODE_RIGHT] - keys[SDL_SCANCODE_LEFT]);
        const float down = static_cast<float>(keys[SDL_SCANCODE_DOWN] - keys[SDL_SCANCODE_UP]);
        own.x = std::clamp(own.x + step * right, 0.F, 1.F);
        own.y = std::clamp(own.y + step * down, 0.F, 1.F);
    }

    void tell_place()
    {
        const Uint32 now_ms = SDL_GetTicks();
        if (now_ms - told_ms_ >= told_every_ms) {
            told_ms_ = now_ms;
            pf_client_send(client_, PF_PEER_ALL, &faces_[PF_PEER_SELF].place, sizeof(Place),
                           PF_SEND_UNRELIABLE);
        }
    }

    void draw()
    {
        SDL_SetRenderDrawColor(renderer_, 24, 74, 58, 255);
        SDL_RenderClear(renderer_);
        int pictures = 0;
        for (auto &[peer, face] : faces_) {
            draw_face(peer, face);
            pictures += face.has_picture ? 1 : 0;
        }
        SDL_RenderPresent(renderer_);
        const std::string title =
            "Faces: " + std::to_string(pictures) + " of " + std::to_string(faces_.size());
        if (title != title_) {
            title_ = title;
            SDL_SetWindowTitle(window_, title.c_str());
        }
    }

    void draw_face(pf_peer_id peer, Face &face)
    {
        const SDL_Rect where = {
            static_cast<int>(face.place.x * static_cast<float>(table_width - face_width)),
            static_cast<int>(face.place.y * static_cast<float>(table_height - face_height)),
            face_width, face_height};
        if (pf_client_pixels(client_, peer, pixels_.data(), face_width, face_height) == PF_OK) {
            SDL_UpdateTexture(face.texture, nullptr, pixels_.data(), 4 * face_width);
            face.has_picture = true;
        }
        if (face.has_picture) {
            SDL_RenderCopy(renderer_, face.texture, nullptr, &where);
        }
        SDL_SetRenderDrawColor(renderer_, 255, 255, 255, 255);
        SDL_RenderDrawRect(renderer_, &where);
    }

    SDL_Window *window_ = nullptr;
    SDL_Renderer *renderer_ = nullptr;
    pf_client *client_ = nullptr;
    std::map<pf_peer_id, Face> faces_; /* PF_PEER_SELF is oneself */
    std::array<Uint8, 4 *face_width *face_height> pixels_ = {};
    std::string title_;
    Uint32 told_ms_ = 0;
};

} // namespace

int main()
{
    static Table table;
    emscripten_set_main_loop_arg([](void *user) { static_cast<Table *>(user)->run(); }, &table, 0,
                                 false);
    return 0;
}
